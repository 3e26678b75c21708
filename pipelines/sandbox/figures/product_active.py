"""Who is active on a day, in a week, in four weeks; who uses which feature; and who comes again, cohort by cohort."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction

from pipelines.sandbox.company.taxonomy import FEATURES
from pipelines.sandbox.figures.product_panel import Done, Panel, Row, counted, first_days, over, ways
from pipelines.sandbox.figures.told import Told, divided

WHO = ("plan", "country", "user_role")
PRODUCT_OF = {one.name: one.product or "Every product" for one in FEATURES}


def active(panel: Panel) -> Iterator[Told]:
    """Users of 1, 7 and 28 days, how often they come, and the accounts they are in."""
    past = panel.past
    rows = [(one.day, one.who.parts, one.who) for one in past]
    days = [(day, parts, (who.id, day)) for day, parts, who in rows]
    users = [(day, parts, who.id) for day, parts, who in rows]
    yield from _within("dau", WHO, users, 1, panel)
    yield from _within("wau", WHO, users, 7, panel)
    mau, user_days = _within("mau", WHO, users, 28, panel), _within("active_user_days", WHO, days, 28, panel)
    yield from mau
    yield from user_days
    yield from over("mean_dau", user_days, lambda values: {key: value / 28 for key, value in values.items()})
    for one in divided("stickiness", user_days, mau):
        yield Told(one.metric, one.by, {key: value / 28 for key, value in one.values.items()})
    accounts = [(day, parts, who.account) for day, parts, who in rows]
    yield from _within("product_active_accounts", ("plan", "country"), accounts, 28, panel)
    uses = {
        (one.who.id, feature): {**one.who.parts, "feature": feature, "product": PRODUCT_OF[feature]}
        for one in past for feature in one.features
    }  # fmt: skip
    used = [(one.day, uses[one.who.id, feature], one.who.id) for one in past for feature in one.features]
    yield from _within("feature_users", ("feature", "product", "plan", "country"), used, 28, panel)


def _within(metric: str, dimensions: tuple[str, ...], rows: Sequence[Row], days: int, panel: Panel) -> list[Told]:
    """Whom the days up to each month's close hold: of the running month the newest day on which anything was seen."""
    by_day: dict[date, list[Row]] = {}
    for row in rows:
        by_day.setdefault(row[0], []).append(row)
    first, last = min(by_day), max(by_day)
    kept: dict[tuple[date, int, object], Row] = {}
    month = first.replace(day=1)
    while month <= last:
        following = (month + timedelta(days=31)).replace(day=1)
        close = last if following > panel.today else following - timedelta(days=1)
        begin = close - timedelta(days=days - 1)
        if begin >= first:
            for back in range(days):
                for _, parts, who in by_day.get(begin + timedelta(days=back), []):
                    kept[month, id(parts), who] = (month, parts, who)
        month = following
    return counted(metric, dimensions, kept.values())


def retention(panel: Panel) -> Iterator[Told]:
    """Of those first seen in a week or month, who came in each later one; cells of running ones are not there."""
    past = panel.past
    began = first_days(past)
    users = [one for one in past if one.who.invited >= began[one.who.tracker]]
    accounts = [one for one in past if one.who.account_made >= began[one.who.tracker]]
    yield from _cohorts("user_retention", users, lambda one: one.who.id, _month, panel)
    yield from _cohorts("user_retention_weekly", users, lambda one: one.who.id, _week, panel)
    yield from _cohorts("account_retention", accounts, lambda one: one.who.account, _month, panel)
    yield from _cohorts("account_retention_weekly", accounts, lambda one: one.who.account, _week, panel)


def _cohorts(
    metric: str, done: list[Done], whose: Callable[[Done], int], number: Callable[[date], int], panel: Panel
) -> Iterator[Told]:
    """Months and weeks are numbered, so that an age is a difference."""
    came: dict[int, set[int]] = {}
    parts: dict[int, dict[str, str]] = {}
    for one in done:
        came.setdefault(whose(one), set()).add(number(one.day))
        parts[whose(one)] = one.who.parts
    running, start = number(panel.today), _starts[number]
    for by in ways(("plan", "country")):
        cohorts: dict[tuple[int, tuple[str, ...]], list[set[int]]] = {}
        for who, periods in came.items():
            cohorts.setdefault((min(periods), tuple(parts[who][name] for name in by)), []).append(periods)
        values: dict[tuple[object, ...], Fraction] = {}
        for (first, cut), members in cohorts.items():
            for age in range(running - first):
                kept = sum(1 for periods in members if first + age in periods)
                values[(start(first), age, *cut)] = Fraction(kept, len(members))
        yield Told(metric, by, values)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _week(day: date) -> int:
    return (day.toordinal() - 1) // 7


_starts: dict[Callable[[date], int], Callable[[int], date]] = {
    _month: lambda number: date(number // 12, number % 12 + 1, 1),
    _week: lambda number: date.fromordinal(number * 7 + 1),
}
