"""The reconciliation as it leaves: both figures with their claims, bridges and records. Pure but for its one read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.export.table import Field, Table
from app.reconciliation import SYSTEMS, Reconciliation, reconcile, records
from app.ui import claim_words as words
from app.ui.reading import Reading


@dataclass(frozen=True)
class Claimed:
    """A figure with all claims, and the records that stand between each and the certified one."""

    found: Reconciliation
    records: tuple[dict[str, Any], ...]

    @property
    def label(self) -> str:
        """Such as "ARR"."""
        return words.LABELS[self.found.figure]

    @property
    def amount(self) -> str:
        """What is counted, as a header says it."""
        return "US dollars" if self.found.unit == "usd" else "Customers"


def claimed(reading: Reading, figure: str) -> Claimed:
    """Reads a figure's claims and all their records.

    Raises:
        NotPermitted, NotBuilt, QuestionError: as `reconcile` and `records` do.
    """
    found = reconcile(reading.warehouse, reading.viewer, figure)
    rows = records(reading.warehouse, reading.viewer, figure) if found.known else []
    return Claimed(found, tuple(rows))


def records_table(claims: Claimed) -> Table:
    """Every record that carries a part of a difference; what it adds to its department's claim."""
    fields = (
        Field("Department"), Field("Reason"), Field("System"), Field("Record", is_name=True),
        Field("Customer id", is_name=True), Field("Customer", is_name=True),
        Field(claims.amount, "number", claims.found.unit),
    )  # fmt: skip
    rows = (
        (row["department"].capitalize(), row["reason_label"], SYSTEMS[row["system"]], _text(row["record_id"]),
         _text(row["customer_id"]), _text(row["customer_name"]), row["amount"])
        for row in claims.records
    )  # fmt: skip
    return Table(f"{claims.label}, records", fields, tuple(rows))


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)
