"""The customers whose MRR moved most in the last closed month: the rows behind the bridge."""

from __future__ import annotations

from typing import Any

import pandas as pd

from app.dashboard import Movements
from app.ui import format as f
from app.ui import titles
from app.ui.dimension_words import heeded
from app.ui.panels.frame import Picture, empty
from app.ui.places import UNKNOWN, shown
from app.ui.reading import Reading, as_text, month_end, records
from app.ui.tables import Cell, Column, table

COLUMNS = (Column("Customer"), Column("Country", is_extra=True), Column("Movement"),
           Column("Opening", True, is_extra=True), Column("Change", True),
           Column("Closing", True))  # fmt: skip
MONEY = {"opening_mrr_usd": "opening", "movement_usd": "change", "closing_mrr_usd": "closing"}
FILTERS = ("product", "plan", "country", "currency")
"""The columns by which a page may narrow it."""
HALF_A_CENT = 0.005


def make(reading: Reading, panel: Movements) -> Picture:
    """Reads and composes the panel."""
    kept, whole = heeded(reading.where, FILTERS)
    found = reading.table(panel.mart, where={"month": reading.closed, **kept})
    if found is None:
        return empty("Movements by customer", "Your role does not include customers by name.")
    if found.empty:
        return empty(titles.movements(reading.closed, 0), "Nothing was won, lost or changed.")
    moved = amounts(found)
    rows = [cells(row) for row in moved[: panel.most]]
    most = f"{f.number(len(rows))} largest of {f.number(len(moved))}"
    subtitle = f"{most} movements, US dollars; changes without exchange rates"
    return Picture(titles.movements(reading.closed, len(moved)), subtitle, f"Closed {f.day(month_end(reading.closed))}",
                   ("net_mrr",), html=table(COLUMNS, rows, caption="Largest movements by customer"),
                   whole=whole)  # fmt: skip


def amounts(found: pd.DataFrame) -> list[dict[str, Any]]:
    """One row per customer and movement, largest change first; a customer's products and plans are summed.

    Two customers of one name stay two, and each then carries its id behind the name.
    """
    known = found.assign(
        customer_id=found["customer_id"].astype(str),
        name=found["customer_name"].where(found["customer_name"].notna(), found["customer_id"]).astype(str),
    )
    grouped = known.groupby(["customer_id", "movement"], as_index=False)
    summed = grouped.agg({"name": "first", "country": "first", **dict.fromkeys(MONEY, "sum")})
    moved = summed[summed["movement_usd"].abs() >= HALF_A_CENT].rename(columns=MONEY)
    ids_of = moved.groupby("name")["customer_id"].nunique()
    made = [
        {**row, "name": row["name"] if ids_of[row["name"]] == 1 else f"{row['name']} ({row['customer_id']})"}
        for row in records(moved)
    ]
    return sorted(made, key=lambda row: (-abs(row["change"]), row["name"]))


def cells(row: dict[str, Any]) -> tuple[Cell | str, ...]:
    loss = row["change"] < 0
    return (
        row["name"],
        shown("country", as_text(row["country"])) or UNKNOWN,
        row["movement"].replace("_", " ").capitalize(),
        f.number(row["opening"], 2),
        Cell(f.signed(row["change"], 2), "loss" if loss else "gain"),
        f.number(row["closing"], 2),
    )
