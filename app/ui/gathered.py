"""What a report's questions answered, by period and part, with its rest and totals: each is asked, none summed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from app.errors import NotPermitted, QuestionError
from app.metrics import Metric, catalogue
from app.reports.report import TIME, Report
from app.ui.dimension_words import plural
from app.ui.orders import named, place
from app.ui.reading import Reading, as_date, as_float, as_text, records, shift
from app.warehouse import Answer

Key = tuple[str, ...]
"""A part: a value of each dimension of the report, in their order."""
REST = "\x00rest"
"""Stands for what is beside the largest parts; no value of a dimension has a NUL in it."""


@dataclass(frozen=True)
class Point:
    """A value, what it is compared with, and why it is missing, where that is known."""

    value: float | None = None
    compared: float | None = None
    reason: str = ""


NOTHING = Point()
Points = Mapping[tuple[date, Key], Point]


@dataclass(frozen=True)
class Gathered:
    """A report's answers.

    Attributes:
        metrics: of its figures, in their order.
        by: the dimensions of a key.
        periods: that any figure has a row of, oldest first; without time on a shelf only the last one.
        keys: the parts to show, in the report's order, the rest last.
        points: for each figure: (period, key) → value.
        wholes: for each figure: dimensions → (period, key) → value of fewer dimensions; none where it is refused.
        rest_count: how many parts are in the rest; without a rest, how many are not shown.
        unseen: the figures that the viewer's roles do not include.
        reasons: why something of a figure is not there, in words.
    """

    report: Report
    metrics: tuple[Metric, ...]
    by: tuple[str, ...]
    periods: tuple[date, ...]
    keys: tuple[Key, ...]
    points: tuple[Points, ...]
    wholes: tuple[Mapping[tuple[str, ...], Points], ...]
    rest_count: int = 0
    unseen: tuple[str, ...] = ()
    reasons: tuple[str, ...] = field(default=())

    def point(self, at: int, period: date, key: Key) -> Point:
        return self.points[at].get((period, key), NOTHING)

    def whole(self, at: int, period: date, by: tuple[str, ...] = (), key: Key = ()) -> Point:
        """A total; without a value where there is none."""
        return self.wholes[at].get(by, {}).get((period, key), NOTHING)

    @property
    def last(self) -> date:
        return self.periods[-1]

    def name(self, dimension: str, value: str) -> str:
        """A part as people read it."""
        return f"Other, {self.rest_count} {plural(dimension)}" if value == REST else named(dimension, value)


def placed(reading: Reading, report: Report) -> Reading:
    """The reading at the report's own end, narrowed by its filters."""
    own = replace(reading, where=report.where)
    if report.until and shift(report.until.replace(day=1), 1) <= reading.closed:
        end = datetime.combine(shift(report.until.replace(day=1), 1), time(), reading.zone)
        own = replace(own, as_of=end, is_past=True)
    return own


def gather(reading: Reading, report: Report) -> Gathered:
    """Asks all questions of a report.

    Figures that the viewer may not read are left out, and named.

    Raises:
        NotPermitted: the viewer may read none of them.
        QuestionError, NotBuilt: as the warehouse said.
    """
    answers: list[tuple[Metric, Answer]] = []
    unseen: list[str] = []
    for question in report.questions(reading.closed):
        metric = catalogue()[question.metric]
        try:
            answers.append((metric, reading.ask(question)))
        except NotPermitted:
            unseen.append(metric.label)
            if len(unseen) == len(report.values):
                raise
    report = report.changed(values=tuple(metric.name for metric, _ in answers))
    points = [points_of(answer, question.by, report.grain)
              for (_, answer), question in zip(answers, report.questions(reading.closed), strict=True)]  # fmt: skip
    periods = tuple(sorted({period for each in points for period, _ in each}))
    by = report.questions(reading.closed)[0].by
    first = Gathered(report, tuple(metric for metric, _ in answers), by, periods, (), tuple(points), (),
                     unseen=tuple(unseen))  # fmt: skip
    return _with_rest(reading, first) if periods else first


def points_of(answer: Answer, by: tuple[str, ...], grain: str) -> dict[tuple[date, Key], Point]:
    """(period, part) → value, of an answer's rows."""
    found = {}
    for row, reason in zip(records(answer.frame), answer.row_reasons, strict=True):
        key = tuple(as_text(row[name]) for name in by)
        value = as_float(row["value"])
        why = (reason or answer.metric.why_null) if value is None else ""
        found[(as_date(row[grain]), key)] = Point(value, as_float(row.get("compared")), why)
    return found


def _with_rest(reading: Reading, found: Gathered) -> Gathered:
    """The same with its keys in order, what is beside the largest, and its totals."""
    report, by = found.report, found.by
    keys = list(dict.fromkeys(key for each in found.points for _, key in each))
    parts = list(dict.fromkeys(key[0] for key in keys)) if by and report.kind != "funnel" else []
    kept = largest(reading, found, parts)
    left = [part for part in parts if part not in kept]
    reasons: list[str] = []
    points = [dict(each) for each in found.points]
    rest: list[Key] = []
    if left:
        keys = [key for key in keys if key[0] in kept]
        for at, question in enumerate(report.rest(reading.closed, tuple(kept))):
            try:
                answer = reading.ask(question)
            except QuestionError:
                reasons.append(f"What is left of {found.metrics[at].label} cannot be made of its parts.")
                continue
            more = points_of(answer, question.by, report.grain)
            points[at] |= {(period, (REST, *key)): point for (period, key), point in more.items()}
            rest += [(REST, *key) for _, key in more]
    whole = replace(found, points=tuple(points), rest_count=len(left), reasons=tuple(reasons))
    whole = replace(whole, keys=tuple(ordered(whole, keys) + ordered(whole, list(dict.fromkeys(rest)))))
    return replace(whole, wholes=tuple(_wholes(reading, whole)))


def largest(reading: Reading, found: Gathered, parts: Sequence[str]) -> list[str]:
    """The largest parts of the first dimension in the last period; all, where no more than one would be left.

    A part without a name is never among them: left out by name, it could not be told from the rest.
    """
    most = found.report.most
    if most is None or len(parts) <= most + 1:
        return list(parts)
    points = found.points[0]
    if len(found.by) > 1:
        question = found.report.whole(reading.closed, found.by[:1])[0]
        points = points_of(reading.ask(question), question.by, found.report.grain)
    known = {key[0]: point.value for (period, key), point in points.items()
             if period == found.last and point.value is not None and key[0]}  # fmt: skip
    return sorted(known, key=lambda part: (-(known[part] or 0.0), part))[:most]


def ordered(found: Gathered, keys: Sequence[Key]) -> list[Key]:
    """Parts in the report's order, by the first figure of the last period; those without a value last, by name."""
    def by_name(key: Key) -> tuple[Any, ...]:
        return tuple(place(dimension, value) for dimension, value in zip(found.by, key, strict=True))

    if found.report.sort == "name" or found.report.kind == "funnel":
        return sorted(keys, key=by_name)
    sign = -1 if found.report.sort == "largest" else 1

    def by_value(key: Key) -> tuple[Any, ...]:
        value = found.point(0, found.last, key).value
        return (value is None, sign * (value or 0.0), by_name(key))

    return sorted(keys, key=by_value)


def _wholes(reading: Reading, found: Gathered) -> list[Mapping[tuple[str, ...], Points]]:
    """The totals that the kind shows, asked anew; one that is refused is not there."""
    report = found.report
    wanted: list[tuple[str, ...]] = []
    if report.totals and found.by and report.kind in ("table", "pivot", "bar", "scatter"):
        rows = tuple(name for name in report.rows if name != TIME)
        columns = tuple(name for name in report.columns if name != TIME)
        wanted = list(dict.fromkeys([(), *([rows, columns] if report.kind == "pivot" else [])]))
        wanted = [by for by in wanted if by != found.by]
    made: list[Mapping[tuple[str, ...], Points]] = []
    for at in range(len(found.metrics)):
        mine: dict[tuple[str, ...], Points] = {}
        for by in wanted:
            question = report.whole(reading.closed, by)[at]
            with suppress(QuestionError):
                points = points_of(reading.ask(question), by, report.grain)
                mine[by] = _folded(reading, found, at, by, points)
        made.append(mine)
    return made


def _folded(reading: Reading, found: Gathered, at: int, by: tuple[str, ...], points: Points) -> Points:
    """Totals of the ranked dimension's parts have a rest, too."""
    if not found.rest_count or by != (found.report.ranked,):
        return points
    kept = tuple(dict.fromkeys(key[0] for key in found.keys if key[0] != REST))
    question = found.report.beside(found.report.whole(reading.closed, ())[at], kept)
    rest = points_of(reading.ask(question), (), found.report.grain)
    return {**points, **{(period, (REST,)): point for (period, _), point in rest.items()}}
