"""The quarrel between departments, read from the warehouse: who claims what, the certified figure, and the way between.

Amounts are exact: dollars to the cent, or customers. A difference is the claim less the certified figure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.access import Viewer
from app.errors import QuestionError, UsageError
from app.manner import parted

if TYPE_CHECKING:
    import pandas as pd

    from app.warehouse import Warehouse

FIGURES: Mapping[str, str] = {"arr": "arr", "customers": "active_customers"}
"""What can be reconciled, and the certified metric it is held against."""
SYSTEMS: Mapping[str, str] = {
    "stripe": "Stripe",
    "salesforce": "Salesforce",
    "production": "Production database",
    "files": "Files",
}
MOST_RECORDS = 100_000
COMPARED = "mart_executive.claims_compared"
STEPS = "mart_executive.claims_steps"
BRIDGE = "mart_executive.claims_bridge"
RECORD_COLUMNS = ("department", "step", "reason", "reason_label", "system", "record_id", "customer_id",
                  "customer_name", "amount")  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One reason of a department: so much of its difference, in so many records."""

    reason: str
    label: str
    is_explained: bool
    records: int
    amount: Decimal


@dataclass(frozen=True)
class Claim:
    """A department's figure and what lies between it and the certified one.

    Attributes:
        department: in lower case.
        system: where it takes the figure from; `has_source` says whether anything was ever loaded from there. Without
            it there is no claim, and `claimed`, `difference` are None.
        reported_on, reported: what the department reported, where it did.
        recomputed: what its own way gives now.
        claimed: the reported figure, else the recomputed one.
        records: how many records it counts; `differing`: how many of any system carry the difference.
        steps: the reasons, in the order in which they are taken.
    """

    department: str
    system: str
    has_source: bool
    reported_on: date | None
    reported: Decimal | None
    recomputed: Decimal | None
    claimed: Decimal | None
    certified: Decimal
    difference: Decimal | None
    records: int
    differing: int
    steps: tuple[Step, ...]

    @property
    def unexplained(self) -> Decimal:
        """What of the difference no reason explains."""
        return sum((step.amount for step in self.steps if not step.is_explained), Decimal(0))

    @property
    def holds(self) -> bool:
        """Whether every record of the difference has a reason."""
        return all(step.is_explained for step in self.steps)


@dataclass(frozen=True)
class Reconciliation:
    """A figure with all its claims, the largest first, those without a source last."""

    figure: str
    metric: str
    unit: str
    certified: Decimal
    claims: tuple[Claim, ...]

    @property
    def known(self) -> tuple[Claim, ...]:
        """The claims there are."""
        return tuple(claim for claim in self.claims if claim.has_source)

    @property
    def certified_value(self) -> Decimal | None:
        """The certified figure; none where nothing is loaded that it could be made of."""
        return self.certified if self.known or self.certified else None


def metric_of(figure: str) -> str:
    """The certified metric of a figure.

    Raises:
        UsageError: it cannot be reconciled.
    """
    if figure not in FIGURES:
        raise UsageError(f"{figure!r} cannot be reconciled. Expected one of: {', '.join(FIGURES)}.")
    return FIGURES[figure]


def reconcile(warehouse: Warehouse, viewer: Viewer, figure: str) -> Reconciliation:
    """The claims of a figure and the way from each to the certified one.

    Raises:
        UsageError: the figure cannot be reconciled.
        As `Warehouse.read`.
    """
    metric = metric_of(figure)
    of_metric = {"metric": metric}
    rows = _rows(warehouse.read(viewer, COMPARED, where=of_metric, exact=True))
    steps: dict[str, list[Step]] = {}
    for row in _rows(warehouse.read(viewer, STEPS, where=of_metric, order_by=("step",), exact=True)):
        steps.setdefault(row["department"], []).append(Step(
            row["reason"], row["reason_label"], bool(row["is_explained"]), int(row["records_count"]),
            Decimal(row["amount"])))  # fmt: skip
    claims = sorted((_claim(row, steps.get(row["department"], ())) for row in rows), key=_largest_first)
    certified = claims[0].certified if claims else Decimal(0)
    return Reconciliation(figure, metric, rows[0]["unit"] if rows else "count", certified, tuple(claims))


def records(
    warehouse: Warehouse, viewer: Viewer, figure: str, department: str = "", reason: str = ""
) -> list[dict[str, Any]]:
    """The rows of the bridges, one for each department, reason and record, those that weigh most first in each reason.

    Raises:
        QuestionError: there are too many to be read at once.
        As `reconcile`.
    """
    where = {"metric": metric_of(figure)}
    where |= {name: value for name, value in (("department", department), ("reason", reason)) if value}
    found = warehouse.read(viewer, BRIDGE, columns=RECORD_COLUMNS, where=where, limit=MOST_RECORDS, exact=True)
    rows = _rows(found)
    if len(rows) >= MOST_RECORDS:  # cut short they would not add up
        raise QuestionError(
            f"At least {parted(MOST_RECORDS)} records stand between the claims and the certified figure, more than are "
            "read at once. Expected fewer. Ask for a department, or have an analyst read mart_executive.claims_bridge."
        )
    for row in rows:
        row["amount"] = Decimal(row["amount"])
    return sorted(rows, key=lambda row: (row["department"], row["step"], -abs(row["amount"]), str(row["record_id"])))


def records_csv(rows: Iterable[Mapping[str, object]]) -> str:
    """The records as a file; a text that a spreadsheet would run is set in an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(RECORD_COLUMNS)
    for row in rows:
        writer.writerow([_harmless(row[column]) for column in RECORD_COLUMNS])
    return text.getvalue()


def _harmless(value: object) -> object:
    """A text that does not begin as a formula does."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _claim(row: Mapping[str, Any], steps: Iterable[Step]) -> Claim:
    return Claim(
        row["department"], row["system"], bool(row["has_source"]),
        row["reported_date"] if isinstance(row["reported_date"], date) else None,
        _value(row["reported_value"]), _value(row["recomputed_value"]), _value(row["claimed_value"]),
        Decimal(row["certified_value"]), _value(row["difference"]), int(row["records_count"]),
        int(row["differing_count"]), tuple(steps))  # fmt: skip


def _value(value: Any) -> Decimal | None:
    return Decimal(value) if value is not None and value == value else None


def _largest_first(claim: Claim) -> tuple[bool, Decimal, str]:
    return not claim.has_source, -(claim.claimed or Decimal(0)), claim.department
