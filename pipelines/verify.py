"""The judge: the warehouse's figures against the sandbox company's own ledger, to the cent and the customer.

Nothing is recomputed here. The ledger is what the company wrote down while it lived; the warehouse is asked through
the metric files, as everybody asks. Whatever differs is listed with both values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from app.access import OPERATOR
from app.clock import as_of as business_instant
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.truth import Figures, RecordReason, read_truth
from pipelines.verify_figures import Cut, Known, answers, differing
from pipelines.verify_streams import held

if TYPE_CHECKING:
    from rich.console import Console

OF_A_CUSTOMER = (
    "opening_mrr_usd", "new_usd", "reactivation_usd", "expansion_usd", "contraction_usd", "churn_usd", "fx_usd",
    "closing_mrr_usd",
)  # fmt: skip
CUSTOMER_MART = "mart_finance.mrr_customer_monthly"
CLAIMS_MART = "mart_executive.claims"
BRIDGE_MART = "mart_executive.claims_bridge"
DEPARTMENTS = ("finance", "sales", "product", "marketing")
SHOWN = 40
"""So many differences are drawn on the terminal; `--json` has them all."""


@dataclass(frozen=True)
class Difference:
    """One figure that is not the same; a value of None is not there at all."""

    subject: str
    month: date | None
    figure: str
    ledger: Decimal | None
    warehouse: Decimal | None

    def payload(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "month": self.month,
            "figure": self.figure,
            "ledger": self.ledger,
            "warehouse": self.warehouse,
        }


@dataclass(frozen=True)
class VerifyReport:
    """What was compared and what differs. `built_as_of` is the instant the warehouse was built for."""

    as_of: datetime
    built_as_of: datetime | None
    months: int
    metrics: int
    customers: int
    streams: int
    figures: int
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        """Whether something was compared and nothing differs."""
        return self.figures > 0 and not self.differences

    @property
    def note(self) -> str:
        """What to know before reading the differences; empty when there is nothing."""
        if self.built_as_of != self.as_of:
            built = f"{self.built_as_of:%Y-%m-%d %H:%M} UTC" if self.built_as_of else "never"
            return (
                f"The ledger stands at {self.as_of:%Y-%m-%d %H:%M} UTC, the warehouse was built for: {built}. "
                "Run `plumbline run refresh` first."
            )
        return "" if self.figures else "Nothing was compared: the ledger holds no month yet."

    def payload(self) -> dict[str, object]:
        return {
            "ok": self.ok,
            "as_of": self.as_of,
            "built_as_of": self.built_as_of,
            "months": self.months,
            "metrics": self.metrics,
            "customers": self.customers,
            "streams": self.streams,
            "figures": self.figures,
            "note": self.note,
            "differences": [difference.payload() for difference in self.differences],
        }

    def draw(self, console: Console) -> None:
        """Prints the outcome, and the first differences as a table."""
        from rich.table import Table

        compared = (
            f"{self.figures:,} figures of {self.metrics} metrics in {self.months} months, {self.customers:,} customers "
            f"and {self.streams} streams compared"
        )
        console.print(f"{compared}: {len(self.differences):,} differ.", markup=False)
        if self.note:
            console.print(self.note, markup=False)
        if not self.differences:
            return
        table = Table(box=None, pad_edge=False)
        for column in ("month", "of", "figure"):
            table.add_column(column)
        for column in ("ledger", "warehouse"):
            table.add_column(column, justify="right")
        for each in self.differences[:SHOWN]:
            month = f"{each.month:%Y-%m}" if each.month else ""
            table.add_row(month, each.subject, each.figure, _told(each.ledger), _told(each.warehouse))
        console.print(table, markup=False)
        if len(self.differences) > SHOWN:
            console.print(f"… and {len(self.differences) - SHOWN:,} more: see --json.", markup=False)


def verify(settings: Settings) -> VerifyReport:
    """Compares every month, every customer, the four claims with the reasons for them, and every source's streams.

    Raises:
        DependencyMissing: there is no ledger, because there is no sandbox company or it was never born.
        WarehouseDown, NotBuilt: there is nothing to compare with.
    """
    as_of = business_instant(settings)
    truth = read_truth(settings, as_of, OF_A_CUSTOMER)
    warehouse = Warehouse(settings)
    try:
        since = min(truth.customers, default=date.max)
        differences = list(compare_figures(truth.figures, warehouse, as_of, since=since))
        for month in sorted(truth.customers):
            differences += compare_customers(month, truth.customers[month], _customers_of(warehouse, month))
        differences += compare_claims(truth.claims, _claims_of(warehouse))
        differences += compare_reasons(truth.reasons, _reasons_of(warehouse))
        differences += compare_streams(truth.streams, held(settings))
        built = warehouse.status(OPERATOR, "net_mrr").data_until
    finally:
        warehouse.close()
    customers = {customer for month in truth.customers.values() for customer in month}
    rows = sum(len(month) for month in truth.customers.values())
    figures = sum(len(told) for told in truth.figures.values()) + rows * len(OF_A_CUSTOMER) + len(truth.claims)
    figures += sum(len(sums) for sums in truth.streams.values()) + len(truth.reasons)
    metrics = len({metric for metric, _ in truth.figures})
    return VerifyReport(
        as_of, built, len(truth.customers), metrics, len(customers), len(truth.streams), figures, tuple(differences)
    )


def compare_figures(
    figures: Mapping[Cut, Known], warehouse: Warehouse, as_of: datetime, *, since: date
) -> Iterator[Difference]:
    """What differs between the books and what the warehouse answers, of each metric and each way it is cut."""
    for cut, theirs in sorted(figures.items()):
        metric, by = cut
        subject = f"{metric} by {', '.join(by)}" if by else metric
        ours = answers(warehouse, cut, as_of, since=since)
        for month, part, expected, found in differing(cut, theirs, ours):
            yield Difference(subject, month, part or metric, expected, found)


def compare_customers(
    month: date, theirs: Mapping[str, Figures], ours: Mapping[str, Figures]
) -> Iterator[Difference]:
    """What differs between customers in one month. A customer without any amount is as good as absent."""
    zeros: Figures = dict.fromkeys(OF_A_CUSTOMER, Decimal(0))
    for customer in sorted(theirs.keys() | ours.keys()):
        yield from _differ(customer, month, theirs.get(customer, zeros), ours.get(customer, zeros))


def compare_claims(theirs: Mapping[str, Decimal], ours: Mapping[str, Decimal]) -> Iterator[Difference]:
    """What differs between the departments' claims, worked out by the company and by the warehouse."""
    for department in sorted(theirs.keys() | ours.keys()):
        yield from _differ(department, None, _claim(theirs, department), _claim(ours, department))


def compare_reasons(
    theirs: Mapping[RecordReason, Decimal], ours: Mapping[RecordReason, Decimal]
) -> Iterator[Difference]:
    """What differs between why a claim differs, record by record."""
    for key in sorted(theirs.keys() | ours.keys()):
        department, reason, system, record, customer = key
        subject = f"{department}: {system} {record} of {customer}"
        yield from _differ(subject, None, _of(theirs, key, reason), _of(ours, key, reason))


def _of(reasons: Mapping[RecordReason, Decimal], key: RecordReason, reason: str) -> Figures:
    return {reason: reasons[key]} if key in reasons else {}


def compare_streams(theirs: Mapping[str, Figures], ours: Mapping[str, Figures]) -> Iterator[Difference]:
    """What differs between what each source holds and what was loaded of it."""
    for stream in sorted(theirs.keys() | ours.keys()):
        yield from _differ(stream, None, theirs.get(stream, {}), ours.get(stream, {}))


def _differ(subject: str, month: date | None, theirs: Figures, ours: Figures) -> Iterator[Difference]:
    for figure in dict.fromkeys([*theirs, *ours]):
        expected, found = theirs.get(figure), ours.get(figure)
        if expected != found:
            yield Difference(subject, month, figure, expected, found)


def _customers_of(warehouse: Warehouse, month: date) -> dict[str, dict[str, Decimal]]:
    """Each customer's amounts in a month, summed over currencies, products and plans."""
    columns = ("customer_id", *OF_A_CUSTOMER)
    rows = warehouse.read(
        OPERATOR, CUSTOMER_MART, columns=columns, where={"month": month}, limit=100_000, exact=True
    )
    return sum_by_customer(rows[list(columns)].itertuples(index=False, name=None))


def sum_by_customer(rows: Iterable[tuple[object, ...]]) -> dict[str, dict[str, Decimal]]:
    """Rows of (customer, amounts in the order of OF_A_CUSTOMER) added up per customer."""
    found: dict[str, dict[str, Decimal]] = {}
    for customer, *amounts in rows:
        sums = found.setdefault(str(customer), dict.fromkeys(OF_A_CUSTOMER, Decimal(0)))
        for figure, amount in zip(OF_A_CUSTOMER, amounts, strict=True):
            sums[figure] += Decimal(str(amount))
    return found


def _claims_of(warehouse: Warehouse) -> dict[str, Decimal]:
    rows = warehouse.read(OPERATOR, CLAIMS_MART, columns=("department", "claimed_value"), exact=True)
    return {str(row.department).lower(): Decimal(str(row.claimed_value)) for row in rows.itertuples()}


def _reasons_of(warehouse: Warehouse) -> dict[RecordReason, Decimal]:
    columns = ("department", "reason", "system", "record_id", "customer_id", "amount")
    found: dict[RecordReason, Decimal] = {}
    for one in DEPARTMENTS:
        where = {"department": one}
        rows = warehouse.read(OPERATOR, BRIDGE_MART, columns=columns, where=where, limit=100_000, exact=True)
        for *names, amount in rows[list(columns)].itertuples(index=False, name=None):
            department, reason, system, record, customer = (str(name or "") for name in names)
            found[department, reason, system, record, customer] = Decimal(str(amount))
    return found


def _claim(claims: Mapping[str, Decimal], department: str) -> Figures:
    return {"claim": claims[department]} if department in claims else {}


def _told(value: Decimal | None) -> str:
    return "not there" if value is None else f"{value:,}".replace("-", "−")
