"""A metric as it stands and as it would be, month by month: whole, and for each value of each dimension that differs.

Values are exact; a difference is `would be − stands`, and missing where either of the two is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.compile import additivity_of, columns_of, compile_question, dimensions_of, simplest
from app.compile.scope import shifted
from app.errors import QuestionError
from app.metrics import Metric, Question

Key = tuple[Any, ...]
Values = Mapping[Key, Decimal | None]
Ask = Callable[[Question], Values]
"""Asks one of the two sides: the key is everything before the value, the period first."""


@dataclass(frozen=True)
class Row:
    """One figure on both sides: its period, and what it is of (the values of dimensions, the age of a cohort)."""

    period: date | None
    of: tuple[str | None, ...]
    stands: Decimal | None
    would_be: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        if self.stands is None or self.would_be is None:
            return None
        return self.would_be - self.stands

    @property
    def differs(self) -> bool:
        return self.stands != self.would_be


@dataclass(frozen=True)
class Moved:
    """One value of a dimension that differs: in how many periods, where most, and where last.

    `difference` is that of all periods together; None where periods do not add up, or one is known on one side only.
    """

    value: str
    periods: int
    difference: Decimal | None
    most: Row
    newest: Row


@dataclass(frozen=True)
class Cut:
    """A dimension: its values that differ, largest first; whether these make up the whole, where parts have to.

    `adds_up` is None where parts make no whole, such as ratios.
    """

    dimension: str
    moved: tuple[Moved, ...]
    adds_up: bool | None


@dataclass(frozen=True)
class SideBySide:
    """A metric on both sides; `sums` over all periods are None for what does not add up over time."""

    rows: tuple[Row, ...]
    sums: Row | None
    cuts: tuple[Cut, ...]

    @property
    def differs(self) -> bool:
        return any(row.differs for row in self.rows) or any(cut.moved for cut in self.cuts)


@dataclass(frozen=True)
class Side:
    """One side: the metrics as they mean there, and how to ask them."""

    metrics: Mapping[str, Metric]
    ask: Ask


def span_of(months: int, closed: date) -> tuple[date, date]:
    """The first and the last day of so many months, the last of them `closed` (any of its days)."""
    last = closed.replace(day=1)
    return shifted(last, 1 - months), shifted(last, 1) - timedelta(days=1)


def compare(name: str, stands: Side, would_be: Side, span: tuple[date, date]) -> SideBySide:
    """A metric that is on at least one of the sides, over the span.

    Raises:
        As the questions do; but QuestionError, of a cut that has no honest answer, leaves that cut out.
    """
    sides = [side for side in (stands, would_be) if name in side.metrics]
    question = replace(simplest(sides[-1].metrics[name], sides[-1].metrics), since=span[0], until=span[1])
    rows = rows_of(_asked(stands, question), _asked(would_be, question))
    cuts = [
        cut
        for dimension in dimensions_of(sides[-1].metrics[name], sides[-1].metrics)
        if dimension not in question.by
        and (cut := _cut(question, dimension, rows, (stands, would_be))) is not None
    ]  # fmt: skip
    flows = _flows(name, sides)
    return SideBySide(rows, _sums(rows) if flows and not question.by else None, tuple(cuts))


def rows_of(stands: Values, would_be: Values) -> tuple[Row, ...]:
    """Both sides in one order; what only one has is None on the other."""
    keys = sorted({*stands, *would_be}, key=lambda key: tuple((part is None, str(part)) for part in key))
    return tuple(
        Row(key[0] if isinstance(key[0], date) else None,
            tuple(None if part is None else str(part) for part in (key[1:] if isinstance(key[0], date) else key)),
            stands.get(key), would_be.get(key))
        for key in keys
    )  # fmt: skip


def moved_of(rows: Iterable[Row], *, flows: bool) -> tuple[Moved, ...]:
    """The values of a dimension (the last thing that each row is of) that differ, largest difference first.

    Args:
        rows: in the order of their periods.
        flows: whether the values of periods add up.
    """
    of_value: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.differs:
            of_value[str(row.of[-1]) if row.of[-1] is not None else "none"].append(row)
    found = [
        Moved(value, len(each), _sum(row.difference for row in each) if flows else None, max(each, key=_size), each[-1])
        for value, each in of_value.items()
    ]
    return tuple(sorted(found, key=lambda one: (-_size(one.most), one.value)))


def as_values(question: Question, metrics: Mapping[str, Metric], rows: Sequence[Sequence[Any]]) -> Values:
    """The rows of an answer by what they are of."""
    at = columns_of(question, metrics).index("value")
    return {tuple(row[:at]): None if row[at] is None else Decimal(str(row[at])) for row in rows}


def statement(question: Question, metrics: Mapping[str, Metric], today: Any) -> Any:
    """The SQL of a question to one side."""
    return compile_question(question, metrics, as_of=today)


def _asked(side: Side, question: Question) -> Values:
    """What a side says; nothing where it does not have the metric, or cannot be cut so."""
    if question.metric not in side.metrics:
        return {}
    return side.ask(question)


def _cut(question: Question, dimension: str, whole: Sequence[Row], sides: Sequence[Side]) -> Cut | None:
    wanted = replace(question, by=(*question.by, dimension))
    try:
        stands, would_be = (_asked(side, wanted) for side in sides)
    except QuestionError:
        return None
    rows, flows = rows_of(stands, would_be), _flows(question.metric, sides)
    parts_add_up = all(
        dimension in additivity_of(side.metrics[question.metric], side.metrics).over_dimensions
        for side in sides
        if question.metric in side.metrics
    )
    return Cut(dimension, moved_of(rows, flows=flows), _adds_up(rows, whole) if parts_add_up else None)


def _flows(name: str, sides: Iterable[Side]) -> bool:
    """Whether the values of periods add up, on every side that has the metric."""
    return all(
        additivity_of(side.metrics[name], side.metrics).over_time for side in sides if name in side.metrics
    )


def _adds_up(parts: Iterable[Row], whole: Iterable[Row]) -> bool:
    """Whether the parts of each period differ by exactly as much as the whole does; a missing part is nothing there."""
    by_period: dict[Key, Decimal] = defaultdict(Decimal)
    for row in parts:
        by_period[row.period, row.of[:-1]] += (row.would_be or Decimal(0)) - (row.stands or Decimal(0))
    return all(
        by_period[row.period, row.of] == (row.would_be or Decimal(0)) - (row.stands or Decimal(0)) for row in whole
    )


def _sums(rows: Sequence[Row]) -> Row:
    return Row(None, (), _sum(row.stands for row in rows), _sum(row.would_be for row in rows))


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    found = list(values)
    known = [value for value in found if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


def _size(row: Row) -> Decimal:
    """How far the two sides are apart; what only one has counts as nothing on the other."""
    return abs((row.would_be or Decimal(0)) - (row.stands or Decimal(0)))
