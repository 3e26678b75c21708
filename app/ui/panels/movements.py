"""The customers whose MRR moved most in the last closed month: the rows behind the bridge."""

from __future__ import annotations

from typing import Any

import pandas as pd

from app.dashboard import Movements
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading, month_end, records
from app.ui.tables import Cell, Column, table

COLUMNS = (Column("Customer"), Column("Movement"), Column("Opening", True), Column("Change", True),
           Column("Closing", True))  # fmt: skip


HALF_A_CENT = 0.005


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
    """One row per customer and movement, largest change first; a customer's products and plans are summed."""
    names = found["customer_name"].where(found["customer_name"].notna(), found["customer_id"].astype(str))
    money = ["opening_mrr_usd", "movement_usd", "closing_mrr_usd"]
    summed = found.assign(name=names).groupby(["name", "movement"], as_index=False)[money].sum()
    made = [
        {"name": str(row["name"]), "movement": str(row["movement"]), "opening": row["opening_mrr_usd"],
         "change": row["movement_usd"], "closing": row["closing_mrr_usd"]}
        for row in records(summed)
        if abs(row["movement_usd"]) >= HALF_A_CENT
    ]  # fmt: skip
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
