"""What can be put into a report as it stands, and if not, why in one sentence: nothing else is ever drawn.

Two kinds of reasons: a picture cannot hold it (`_shape`), or a figure of it would lie (the compiler's own refusals).
What is only not finished yet is `missing`, and no reason against anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from app.compile.refusals import refuse
from app.errors import QuestionError
from app.made_of import apart_of, dimensions_of, is_additive, is_local, metric_of
from app.metric_kinds import Metric
from app.metrics import catalogue
from app.question import Question
from app.reports.report import KINDS, STEP, TIME, Kind, Report
from app.reports.shapes import NAMES, shape_missing, shape_wrong, word
from app.reports.shelves import SHELVES, Shelf, add, fitted, names_on

UNITS = {"usd": "dollars", "local": "local currency", "ratio": "per cent", "times": "times", "count": "a number"}
ANY = "?"
"""A value of a filter that is still to be chosen."""


@dataclass(frozen=True)
class Choice:
    """A field, and for each shelf why it cannot be put there; an empty reason means that it can."""

    name: str
    reasons: Mapping[Shelf, str]

    @property
    def can_go(self) -> bool:
        return any(not reason for reason in self.reasons.values())


def wrong(report: Report, today: date, metrics: Mapping[str, Metric] | None = None) -> str:
    """Why nothing that means anything can come of this report, however it is completed; empty where it can.

    Args:
        report: as it stands, perhaps not finished.
        today: the business day.
        metrics: the catalogue; this project's where none is given.
    """
    known = catalogue() if metrics is None else metrics
    try:
        named = [metric_of(name, known) for name in report.values]
    except QuestionError as error:
        return _first_sentence(str(error))
    return shape_wrong(report, named) or _units(report, named) or _figures(report, named, known, today)


def missing(report: Report, metrics: Mapping[str, Metric] | None = None) -> str:
    """What is still to be chosen before there is something to see; empty where nothing is."""
    known = catalogue() if metrics is None else metrics
    if not report.values:
        return "Choose a figure to show."
    if short := shape_missing(report):
        return short
    for name in report.values:
        for dimension in _to_choose(report, metric_of(name, known), known):
            return f"Choose which {word(dimension)}: “{known[name].label}” has a value for each, and none over several."
    return ""


@lru_cache(maxsize=256)
def choices(report: Report, names: tuple[str, ...], today: date) -> Mapping[str, Choice]:
    """Each figure of these names and each dimension that one of them has, with the shelves that it can go to.

    Args:
        report: as it stands.
        names: the metrics that the viewer may read.
        today: the business day.
    """
    known = catalogue()
    found = {name: Choice(name, {"values": _why_not(report, "values", name, today)}) for name in names}
    for name in (TIME, *dimensions(names)):
        shelves = [shelf for shelf in SHELVES if shelf != "values" and not (name == TIME and shelf == "filters")]
        if name not in known:
            found[name] = Choice(name, {shelf: _why_not(report, shelf, name, today) for shelf in shelves})
    return found


@lru_cache(maxsize=64)
def dimensions(names: tuple[str, ...]) -> tuple[str, ...]:
    """Every dimension that one of these metrics has, the ones that most have first."""
    count: dict[str, int] = {}
    for name in names:
        for dimension in dimensions_of(catalogue()[name], catalogue()):
            count[dimension] = count.get(dimension, 0) + 1
    return tuple(sorted(count, key=lambda each: (-count[each], each)))


def kinds(report: Report, today: date) -> Mapping[Kind, str]:
    """For each kind of picture why this report cannot be drawn so; an empty reason means that it can."""
    return {kind: "" if kind == report.kind else wrong(fitted(report, kind), today) for kind in KINDS}


def _why_not(report: Report, shelf: Shelf, name: str, today: date) -> str:
    if name in names_on(report, shelf):
        return "It is there already."
    if shelf != "values":
        return wrong(add(report, shelf, name), today)
    known, made = catalogue(), add(report, shelf, name)  # the figures that are there mean what they meant without it
    named = [known[each] for each in made.values if each in known]
    return shape_wrong(made, named) or _units(made, named) or _figure(made, known[name], known, today)


def _units(report: Report, named: list[Metric]) -> str:
    if report.kind not in ("line", "area") or len({metric.unit for metric in named}) < 2:
        return ""
    first = named[0]
    other = next(metric for metric in named if metric.unit != first.unit)
    return (
        f"Different units cannot share an axis: “{first.label}” is in {UNITS.get(first.unit, first.unit)}, "
        f"“{other.label}” in {UNITS.get(other.unit, other.unit)}."
    )


def _figures(report: Report, named: list[Metric], known: Mapping[str, Metric], today: date) -> str:
    """Why one of its figures has no honest answer so."""
    for metric in named:
        reason = _figure(report, metric, known, today)
        if reason:
            return reason
    return ""


def _figure(report: Report, metric: Metric, known: Mapping[str, Metric], today: date) -> str:
    has = dimensions_of(metric, known)
    for dimension in (*report.by, *(each.by for each in report.filters)):
        if dimension not in has:
            return f"“{metric.label}” is not known by {word(dimension)}."
    if report.kind == "area" and report.columns and not is_additive(metric, known, report.by):
        return f"An area stacks parts, and those of “{metric.label}” do not add up. Choose lines."
    if report.most and report.by and report.kind != "funnel":
        apart = [name for name in apart_of(metric, known) if name == report.ranked]
        if apart or (is_local(metric, known) and report.ranked == "currency"):
            return f"“{metric.label}” has one value at a time of {word(report.ranked)}, so it has no largest ones."
    try:
        refuse(_completed(report, metric, known, today), metric, known, today)
    except QuestionError as error:
        return _first_sentence(str(error))
    return ""


def _completed(report: Report, metric: Metric, known: Mapping[str, Metric], today: date) -> Question:
    """The report's question about a metric, with what is still to be chosen as if it were."""
    closed = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    question = report.question(metric.name, closed)
    chosen = {dimension for dimension, _ in question.where}
    left = [each.by for each in report.filters if each.by not in chosen]
    left += [name for name in _to_choose(report, metric, known) if name not in left]
    return replace(question, where=(*question.where, *((name, ANY) for name in left))) if left else question


def _to_choose(report: Report, metric: Metric, known: Mapping[str, Metric]) -> list[str]:
    """What a metric shows one value at a time of, where the report neither splits by it nor keeps one value."""
    split = {STEP} if report.kind == "funnel" else set(report.by)
    single = {each.by for each in report.filters if len(each.values) == 1}
    names = (*apart_of(metric, known), *(("currency",) if is_local(metric, known) else ()))
    return [name for name in names if name not in split and name not in single]


def _first_sentence(message: str) -> str:
    return message.split(". ")[0].rstrip(".") + "."


__all__ = ["NAMES", "Choice", "choices", "dimensions", "kinds", "missing", "wrong"]
