"""Who did what in the product, as far as it is tracked: customers' people only, by local day and month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.amplitude import VENDOR as AMPLITUDE
from pipelines.sandbox.company.amplitude import ready
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.product import Use
from pipelines.sandbox.company.taxonomy import SESSION
from pipelines.sandbox.figures.told import Told, Values

WINDOW = timedelta(days=27)
"""From the first of 28 days to the last."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user in a tracked account; days are local."""

    id: int
    account: int
    customer: str
    tracker: str
    invited: date
    account_made: date
    parts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """Something that somebody did; `features` and `seconds` of a session only."""

    who: Person
    name: str
    instant: int
    day: date
    features: list[str]
    seconds: int | None


@dataclass(frozen=True)
class UsageMonth:
    """A month with 28 days before its close of which use is known: from `first` to `day`, the last that counts."""

    month: date
    day: date
    closes_at: int
    is_followed: bool
    first: date

    def holds(self, day: date) -> bool:
        """Whether the day is one of the 28."""
        return self.first <= day <= self.day


@dataclass(frozen=True)
class Panel:
    """All that was done in order of people, `past` of it on days that are over, and the months that close."""

    done: list[Done]
    past: list[Done]
    today: date
    months: list[UsageMonth]
    zone: ZoneInfo


def panel_of(company: Company, books: Books) -> Panel:
    """What of the company's notes the warehouse can know at its instant."""
    same, left_out = who_is_who(company)
    people: dict[int, Person | None] = {}
    done: list[Done] = []
    for use in company.uses:
        if use.tracker == AMPLITUDE and not ready(use.had_at, company.until):
            continue
        if use.user.id not in people:
            people[use.user.id] = _person(use, same, left_out, books.zone)
        who = people[use.user.id]
        if who is not None:
            instant, name, more = use.happening
            seconds = more["duration_seconds"] if name == SESSION else None
            done.append(Done(who, name, instant, local_day(instant, books.zone), more.get("features", []), seconds))
    today = local_day(company.until, books.zone)
    past = [one for one in done if one.day < today]
    return Panel(done, past, today, list(_months(done, today, books.zone)), books.zone)


def _person(use: Use, same: dict[tuple[str, str], str], left_out: set[str], zone: ZoneInfo) -> Person | None:
    """None for our own people, whether their account says so or only the identity file."""
    tenant, number = use.account.tenant, str(use.account.id)
    stripe = same.get(("stripe", tenant.stripe or ""), tenant.stripe or number)
    customer = same.get(("production", number), stripe)
    if tenant.is_internal or customer in left_out:
        return None
    parts = {"plan": tenant.plan, "country": tenant.country, "user_role": use.user.role}
    made, invited = local_day(tenant.created, zone), local_day(use.user.created, zone)
    return Person(use.user.id, use.account.id, customer, use.tracker, invited, made, parts)


def _months(done: list[Done], today: date, zone: ZoneInfo) -> Iterator[UsageMonth]:
    first = min((one.day for one in done), default=today)
    month = first.replace(day=1)
    while month <= today:
        following = (month + timedelta(days=31)).replace(day=1)
        last = min(following, today) - timedelta(days=1)
        if last >= month and last - WINDOW >= first:
            midnight = last + timedelta(days=1)
            closes_at = int(datetime(midnight.year, midnight.month, midnight.day, tzinfo=zone).timestamp())
            yield UsageMonth(month, last, closes_at, last + timedelta(days=28) < today, last - WINDOW)
        month = following


def local_day(instant: int, zone: ZoneInfo) -> date:
    """The day of an instant where the company reports."""
    return datetime.fromtimestamp(instant, UTC).astimezone(zone).date()


def first_days(done: Iterable[Done]) -> dict[str, date]:
    """When each tracker began to see anything."""
    found: dict[str, date] = {}
    for one in done:
        found[one.who.tracker] = min(found.get(one.who.tracker, one.day), one.day)
    return found


Row = tuple[date, dict[str, str], object]
"""A period, the value of each dimension, and whom it counts; None counts nobody, but says that there might be some."""


def counted(metric: str, dimensions: tuple[str, ...], rows: Iterable[Row], apart: tuple[str, ...] = ()) -> list[Told]:
    """Each of whom is counted once, anew for each way to cut."""
    kept = list(rows)
    told = []
    for by in ways(dimensions, apart):
        found: dict[tuple[object, ...], set[object]] = {}
        for period, parts, who in kept:
            ids = found.setdefault((period, *[parts[name] for name in by]), set())
            if who is not None:
                ids.add(who)
        told.append(Told(metric, by, {key: Fraction(len(ids)) for key, ids in found.items()}))
    return told


def ways(dimensions: tuple[str, ...], apart: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Uncut, and by each dimension; always by those of which one value at a time is shown."""
    return [apart, *((*apart, name) for name in dimensions if name not in apart)]


def over(metric: str, told: Iterable[Told], work: Callable[[Values], Values]) -> Iterator[Told]:
    """Another figure of the values of each cut."""
    for one in told:
        yield Told(metric, one.by, work(one.values))
