"""The customers whose MRR moved most in the last closed month: the rows behind the bridge."""

from __future__ import annotations

from typing import Any

import pandas as pd

from app.dashboard import Movements
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading, as_float, month_end
from app.ui.tables import Cell, Column, table

COLUMNS = (Column("Customer"), Column("Movement"), Column("Opening", True), Column("Change", True),
           Column("Closing", True))  # fmt: skip
LOSSES = ("churn", "contraction")


def make(reading: Reading, panel: Movements) -> Picture:
    """Reads and composes the panel."""
    found = reading.table(panel.mart, where={"month": reading.closed})
    if found is None:
        return empty("Movements by customer", "Your role does not include customers by name.")
    if found.empty:
        return empty(titles.movements(reading.closed, 0), "Nothing was won, lost or changed.")
    moved = amounts(found)
    shown = moved[: panel.most]
    rows = [cells(row) for row in shown]
    subtitle = f"{f.number(len(shown))} largest of {f.number(len(moved))} movements, US dollars"
    return Picture(titles.movements(reading.closed, len(moved)), subtitle, f"Closed {f.day(month_end(reading.closed))}",
                   ("net_mrr",), html=table(COLUMNS, rows, caption="Largest movements by customer"))  # fmt: skip


def amounts(found: pd.DataFrame) -> list[dict[str, Any]]:
    """One row per customer and movement, largest change first."""
    made = []
    for row in found.to_dict("records"):
        opening, closing = as_float(row.get("opening_mrr_usd")) or 0.0, as_float(row.get("closing_mrr_usd")) or 0.0
        change = as_float(row.get("movement_usd"))
        change = closing - opening if change is None else change
        name = row.get("customer_name") or row.get("name") or row["customer_id"]
        made.append({"name": str(name), "movement": str(row["movement"]), "opening": opening, "closing": closing,
                     "change": change})  # fmt: skip
    return sorted(made, key=lambda row: (-abs(row["change"]), row["name"]))


def cells(row: dict[str, Any]) -> tuple[Cell | str, ...]:
    loss = row["change"] < 0
    return (
        row["name"],
        row["movement"].replace("_", " ").capitalize(),
        f.number(row["opening"], 2),
        Cell(f.signed(row["change"], 2), "loss" if loss else "gain"),
        f.number(row["closing"], 2),
    )
