"""The months of the ledger: closings, movements, customers, revenue (models/DECISIONS.md, sections 1, 3 to 6).

Money is whole cents, rates are whole hundred-millionths of a dollar per unit: every product is exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from pipelines.sandbox.company.catalog import EXPONENT
from pipelines.sandbox.company.spans import Span

RATE_UNIT = 10**8
Key = tuple[str, str, str]  # currency, product, plan
Row = dict[Key, int]  # minor units
LEGS = ("new", "reactivation", "expansion", "contraction", "churn")


@dataclass(frozen=True)
class Close:
    """A month's close. `day` is the last local day, whose rate holds."""

    month: date
    instant: int
    day: date
    is_complete: bool


@dataclass(frozen=True)
class Rates:
    """Daily rates by currency: days in order, and dollars per unit in hundred-millionths."""

    days: Mapping[str, Sequence[date]]
    values: Mapping[str, Sequence[int]]

    known: dict[tuple[str, date], int] = field(default_factory=dict)

    def on(self, currency: str, day: date) -> int:
        """The latest rate on or before the day, else the first one known."""
        rate = self.known.get((currency, day))
        if rate is None:
            at = bisect_right(self.days[currency], day) - 1
            rate = self.known[(currency, day)] = self.values[currency][max(at, 0)]
        return rate

    def cents(self, minor: int, currency: str, rate: int) -> int:
        """Minor units in dollar cents, rounded half away from zero."""
        divisor: int = RATE_UNIT * 10 ** EXPONENT[currency] // 100
        whole, rest = divmod(abs(minor) * rate, divisor)
        return (whole + (2 * rest >= divisor)) * (1 if minor >= 0 else -1)


@dataclass(frozen=True, slots=True)
class Part:
    """One currency, product and plan of a customer in a month, in dollar cents."""

    opening: int
    closing: int
    moved: int

    @property
    def fx(self) -> int:
        """What the exchange rate did."""
        return self.closing - self.opening - self.moved


@dataclass
class CustomerMonth:
    """One customer in one month, in dollar cents; churn and contraction positive."""

    customer: str
    close: Close
    opening: int = 0
    closing: int = 0
    case: str = ""
    moved: int = 0
    fx: int = 0
    is_within_month: bool = False
    rows: Row = field(default_factory=dict)
    parts: dict[Key, Part] = field(default_factory=dict)

    def leg(self, name: str) -> int:
        """This month's amount of a movement."""
        return self._leg(name, self.moved)

    def leg_of(self, key: Key, name: str) -> int:
        """That amount of one currency, product and plan: the whole row moves as its customer does."""
        return self._leg(name, self.parts[key].moved)

    def _leg(self, name: str, moved: int) -> int:
        if self.is_within_month:
            return moved if name in (self.case, "churn") else 0
        if name != self.case:
            return 0
        return -moved if name in ("contraction", "churn") else moved


def closes(zone: ZoneInfo, until: int, first: date = date(2024, 1, 1)) -> list[Close]:
    """All months from `first`; the last is partial unless it ends exactly at `until`."""
    made: list[Close] = []
    month = first
    while True:
        following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        instant = int(datetime(following.year, following.month, 1, tzinfo=zone).timestamp())
        if instant > until:
            start = int(datetime(month.year, month.month, 1, tzinfo=zone).timestamp())
            if until > start:
                made.append(Close(month, until, datetime.fromtimestamp(until, UTC).astimezone(zone).date(), False))
            return made
        made.append(Close(month, instant, following - timedelta(days=1), True))
        month = following


def half_away(value: Fraction) -> int:
    """A positive amount rounded to a whole minor unit, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


class CustomerLife:
    """One customer's spans against the months."""

    def __init__(self, customer: str, spans: Iterable[Span], months: Sequence[Close], rates: Rates) -> None:
        self.customer, self.months, self.rates = customer, months, rates
        self.instants = [close.instant for close in months]
        self.spans = [span for span in spans if span.start < span.end]
        self.paying = [span for span in self.spans if span.net > 0]
        self.first_paid = min((span.start for span in self.paying), default=None)

    def lived(self) -> list[CustomerMonth]:
        """The months in which the customer has or moves MRR."""
        if self.first_paid is None:
            return []
        rows, free = self._closings()
        lived = []
        for at in range(bisect_right(self.instants, self.first_paid), len(self.months)):
            month = self._month(at, rows.get(at - 1, {}), rows.get(at, {}), at - 1 in free, at in free)
            if month is not None:
                lived.append(month)
        return lived

    def _closings(self) -> tuple[dict[int, Row], set[int]]:
        exact: dict[int, dict[Key, Fraction]] = {}
        free = set()
        for span in self.spans:
            for at in range(bisect_right(self.instants, span.start), bisect_right(self.instants, span.end)):
                if span.state == "free":
                    free.add(at)
                elif span.net:
                    cell = exact.setdefault(at, {})
                    key = (span.currency, span.product, span.plan)
                    cell[key] = cell[key] + span.net if key in cell else span.net
        return {at: {key: half_away(net) for key, net in cell.items()} for at, cell in exact.items()}, free

    def _cents(self, row: Row, day: date) -> int:
        return sum(self.rates.cents(minor, key[0], self.rates.on(key[0], day)) for key, minor in row.items())

    def _opening_day(self, at: int) -> date:
        return self.months[at - 1].day if at else self.months[0].month - timedelta(days=1)

    def _month(self, at: int, before: Row, after: Row, was_free: bool, is_free: bool) -> CustomerMonth | None:
        if not before and not after:
            return self._within(at)
        day, today = self._opening_day(at), self.months[at].day
        at_old_rate = self._cents(after, day)
        parts = {
            key: Part(
                self._cents({key: before.get(key, 0)}, day),
                self._cents({key: after.get(key, 0)}, today),
                self._cents({key: after.get(key, 0) - before.get(key, 0)}, day),
            )
            for key in before.keys() | after.keys()
        }
        opening, closing, moved, fx = (
            sum(getattr(part, name) for part in parts.values()) for name in ("opening", "closing", "moved", "fx")
        )
        case = self._case(at, opening, at_old_rate, was_free, is_free)
        return CustomerMonth(self.customer, self.months[at], opening, closing, case, moved, fx, rows=after, parts=parts)

    def _paid_before(self, at: int) -> bool:
        """Whether there was MRR at any instant up to the last close."""
        return at > 0 and self.first_paid is not None and self.first_paid < self.instants[at - 1]

    def _case(self, at: int, opening: int, closing: int, was_free: bool, is_free: bool) -> str:
        if not opening:
            if not self._paid_before(at):
                return "new"
            return "expansion" if was_free else "reactivation"
        if not closing:
            return "contraction" if is_free else "churn"
        return "expansion" if closing >= opening else "contraction"

    def _within(self, at: int) -> CustomerMonth | None:
        """Started and churned inside the month: the rows of the instant with the highest total."""
        begin = self.instants[at - 1] if at else -1
        inside = [span for span in self.paying if span.start < self.instants[at] and span.end > begin]
        if not inside:
            return None
        day = self._opening_day(at)
        best, rows = 0, {}
        for instant in sorted({max(span.start, begin) for span in inside}):
            exact: dict[Key, Fraction] = {}
            for span in inside:
                if span.start <= instant < span.end:
                    key = (span.currency, span.product, span.plan)
                    exact[key] = exact.get(key, Fraction(0)) + span.net
            row = {key: half_away(net) for key, net in exact.items()}
            total = self._cents(row, day)
            if total > best:
                best, rows = total, row
        case = "reactivation" if self._paid_before(at) else "new"
        parts = {key: Part(0, 0, self._cents({key: minor}, day)) for key, minor in rows.items()}
        return CustomerMonth(self.customer, self.months[at], case=case, moved=best, is_within_month=True, rows=rows,
                             parts=parts)  # fmt: skip
