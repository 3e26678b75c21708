"""Which periods and which rows an answer is made of: one scope for everything that is read for it."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, count
from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Interval,
    and_,
    case,
    cast,
    column,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy import text as sql_text
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import CTE, TableClause

from app.metric_kinds import Metric
from app.question import MONTHS_OF, Question

SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass
class Names:
    """Names for the steps of one statement, each used once, however often a metric is read."""

    given: set[str] = field(default_factory=set)

    def fresh(self, name: str) -> str:
        """The name itself, or with the first number that makes it a new one; Postgres cuts after 63 characters."""
        tried = chain([name[:60]], (f"{name[:55]}_{number}" for number in count(2)))
        found = next(each for each in tried if each not in self.given)
        self.given.add(found)
        return found


@dataclass(frozen=True)
class Scope:
    """What is kept of each mart, and how it is cut.

    Attributes:
        metrics: the catalogue.
        by, where, unless, dated, grain: as in the question.
        since, until: any day of the first and the last period; none for all there are.
        today: the business day in the reporting time zone.
        include_partial: whether the running period is shown.
        whole_days: of the running period only days that are over.
        cut: days [from, to) that are left out of marts that are kept by day: what a compared month has beyond the span
            of the running one.
        known: the instant as of which a build was remembered, whose rows are read; none for those that readers see.
        names: what steps of the statement are called.
    """

    metrics: Mapping[str, Metric]
    by: tuple[str, ...]
    where: tuple[tuple[str, str], ...]
    unless: tuple[tuple[str, str], ...]
    dated: tuple[tuple[str, str, date], ...]
    grain: str
    since: date | None
    until: date | None
    today: date
    include_partial: bool
    whole_days: bool = False
    cut: tuple[date, date] | None = None
    known: datetime | None = None
    names: Names = field(default_factory=Names)

    @classmethod
    def of(
        cls, question: Question, metrics: Mapping[str, Metric], today: date, known: datetime | None = None
    ) -> Scope:
        return cls(
            metrics, question.by, question.where, question.unless, question.dated, question.grain, question.since,
            question.until, today, question.include_partial, question.whole_days, known=known,
        )  # fmt: skip

    @property
    def running(self) -> date:
        """The first day of the period that is not over."""
        return start_of(self.today, self.grain)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that are split or filtered by, each once."""
        named = (*self.by, *(pair[0] for pair in (*self.where, *self.unless)), *(each[0] for each in self.dated))
        return tuple(dict.fromkeys(named))

    def from_the_beginning(self) -> Scope:
        """The same, from the first period there is."""
        return replace(self, since=None)

    def of_all(self) -> Scope:
        """All periods and rows, undivided: what is known at all."""
        return replace(self, since=None, by=(), where=(), unless=(), dated=())

    def cte(self, name: str, select: Any) -> CTE:
        """A step of the statement, under a name that no other has."""
        step: CTE = select.cte(self.names.fresh(name))
        return step

    def again(self, step: CTE, name: str) -> CTE:
        """A step read once more, under a name that no other has."""
        return step.alias(self.names.fresh(name))

    def rows_kept(self, mart: Any) -> list[ColumnElement[bool]]:
        """The conditions on dimensions. What lacks a value of a dimension is neither of a value nor left out by one."""
        conditions: list[ColumnElement[bool]] = []
        for dimension, wanted in grouped(self.where).items():
            here = mart.c[dimension]
            conditions.append(here.in_(wanted) if len(wanted) > 1 else here == wanted[0])
        conditions += [mart.c[dimension].is_distinct_from(value) for dimension, value in self.unless]
        conditions += [SIGNS[sign](mart.c[dimension], day) for dimension, sign, day in self.dated]
        return conditions

    def months_kept(self, month: ColumnElement[date], is_complete: ColumnElement[bool]) -> list[ColumnElement[bool]]:
        """Of a mart by month: none after the business instant, the running one only on demand."""
        complete = [] if self.include_partial else [is_complete]
        return [*self.months_asked(month), *complete]

    def months_asked(self, month: ColumnElement[date]) -> list[ColumnElement[bool]]:
        """The same, whether a month is complete or not: those of the periods that were asked for and are over."""
        this_month = self.today.replace(day=1)
        conditions = [month <= this_month] if self.include_partial else [month < start_of(self.today, self.month_grain)]
        if self.since:
            conditions.append(month >= start_of(self.since, self.month_grain))
        if self.until:
            conditions.append(month < after(start_of(self.until, self.month_grain), self.month_grain))
        return conditions

    @property
    def month_grain(self) -> str:
        """The period in which months are asked for: of a metric by month no day and no week."""
        return self.grain if self.grain in MONTHS_OF else "month"

    def days_kept(self, day: ColumnElement[date]) -> list[ColumnElement[bool]]:
        """Of a mart by day: whole periods only, the running one on demand as far as it is known."""
        end = self.today + timedelta(days=0 if self.whole_days else 1) if self.include_partial else self.running
        conditions = [day < end]
        if self.since:
            conditions.append(day >= start_of(self.since, self.grain))
        if self.until:
            conditions.append(day < after(start_of(self.until, self.grain), self.grain))
        if self.cut:
            conditions.append(not_(and_(day >= self.cut[0], day < self.cut[1])))
        return conditions

    def period_of(self, day: ColumnElement[date]) -> ColumnElement[date]:
        """The first day of a day's period."""
        return day if self.grain == "day" else cast(func.date_trunc(literal_column(f"'{self.grain}'"), day), Date)

    def closing_day(self, period: ColumnElement[date], last_known: ColumnElement[date]) -> ColumnElement[date]:
        """The day with which a period closes; the running one with the last day that is known."""
        whole = cast(period + interval(1, self.grain) - interval(1, "day"), Date)
        running = cast(self.today - timedelta(days=1), Date) if self.whole_days else last_known
        cases: list[Any] = [(period == self.running, running)]
        if self.cut:
            cases.append((period == start_of(self.cut[0], self.grain), cast(self.cut[0] - timedelta(days=1), Date)))
        return case(*cases, else_=whole)


def mart_of(metric: Metric, names: Iterable[str], scope: Scope) -> tuple[Any, list[ColumnElement[bool]]]:
    """The mart of a metric with the columns named, and the conditions that make its rows this metric's."""
    wanted = tuple(dict.fromkeys([*names, *metric.only]))
    mart = rows_of(str(metric.mart), wanted, scope.known)
    return mart, [mart.c[each] == value for each, value in metric.only.items()]


def rows_of(dataset: str, names: tuple[str, ...], known: datetime | None) -> Any:
    """The rows that a mart shows, or showed at an instant, as `mart`."""
    schema, _, name = dataset.partition(".")
    if known is None:
        return table(name, *(column(each) for each in names), schema=schema).alias("mart")
    kept = history_of(dataset, names)
    return select(*(kept.c[each] for each in names)).where(*known_at(kept, known)).subquery("mart")


def history_of(dataset: str, names: Iterable[str]) -> TableClause:
    """Every row that a mart showed at any remembered instant, with `recorded_from` and `recorded_to`."""
    schema, _, name = dataset.partition(".")
    columns = dict.fromkeys((*names, "recorded_from", "recorded_to"))
    return table(name, *(column(each) for each in columns), schema=f"then_{schema.removeprefix('mart_')}")


def known_at(history: Any, known: datetime) -> list[ColumnElement[bool]]:
    """That a row of a history was so at an instant."""
    at = cast(literal_column(f"'{known.astimezone(UTC).isoformat()}'"), DateTime(timezone=True))
    return [history.c.recorded_from <= at, or_(history.c.recorded_to.is_(None), history.c.recorded_to > at)]


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The values wanted of each dimension, each once, in the order asked."""
    found: dict[str, list[str]] = {}
    for dimension, value in dict.fromkeys(pairs):
        found.setdefault(dimension, []).append(value)
    return found


def interval(number: int, grain: str) -> ColumnElement[Any]:
    """So many days, weeks, months or years, for adding to a date."""
    if grain in MONTHS_OF:
        number, grain = number * MONTHS_OF[grain], "month"  # Postgres knows no interval of a quarter
    return cast(sql_text(f"'{int(number)} {grain}'"), Interval)


def start_of(day: date, grain: str) -> date:
    """The first day of a day's period; weeks begin on Monday."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain in MONTHS_OF:
        return day.replace(month=(day.month - 1) // MONTHS_OF[grain] * MONTHS_OF[grain] + 1, day=1)
    return day


def after(start: date, grain: str) -> date:
    """The first day of the period that follows."""
    if grain in MONTHS_OF:
        return shifted(start, MONTHS_OF[grain])
    return start + timedelta(days=7 if grain == "week" else 1)


def shifted(month: date, by: int) -> date:
    """The first of the month that many months away."""
    index = month.year * 12 + month.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)
