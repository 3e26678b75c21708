"""A field put on a shelf, moved, taken away; a report fitted to another kind. Each gives a new report."""

from __future__ import annotations

from typing import Literal

from app.reports.report import STEP, TIME, Filter, Kind, Report
from app.reports.shapes import COMPARES, MARKS, RANKS

Shelf = Literal["values", "rows", "columns", "filters"]
SHELVES: tuple[Shelf, ...] = ("values", "rows", "columns", "filters")


def names_on(report: Report, shelf: Shelf) -> tuple[str, ...]:
    """The fields of a shelf, in their order."""
    if shelf == "filters":
        return tuple(each.by for each in report.filters)
    found: tuple[str, ...] = getattr(report, shelf)
    return found


def add(report: Report, shelf: Shelf, name: str, at: int | None = None) -> Report:
    """The report with a field on a shelf, at its place or last; from rows it comes to columns, and back.

    A field that leaves one shelf for another is not on both, but it may narrow and split at the same time.
    """
    if shelf == "filters":
        kept = [each for each in report.filters if each.by != name]
        mine = next((each for each in report.filters if each.by == name), Filter(by=name))
        kept.insert(len(kept) if at is None else at, mine)
        return _with(report, filters=tuple(kept))
    cleared = report if shelf == "values" else _without(report, name, ("rows", "columns"))
    placed = [each for each in getattr(cleared, shelf) if each != name]
    placed.insert(len(placed) if at is None else at, name)
    fields: dict[str, object] = {shelf: tuple(placed)}
    return _tidy(_with(cleared, **fields))


def take(report: Report, shelf: Shelf, name: str) -> Report:
    """The report without a field of a shelf."""
    return _tidy(_without(report, name, (shelf,)))


def narrowed(report: Report, name: str, values: tuple[str, ...]) -> Report:
    """The report with these values of a dimension kept."""
    return _with(report, filters=tuple(
        Filter(by=name, values=values) if each.by == name else each for each in report.filters
    ))  # fmt: skip


def fitted(report: Report, kind: Kind) -> Report:
    """The report as another kind of picture: its fields where that kind has them, options that it lacks left out.

    Time comes and goes with the kind; no figure, dimension or filter is ever dropped.
    """
    fields = [*report.rows, *report.columns]
    split = [name for name in fields if name != TIME]
    rows, columns = tuple(fields), tuple[str, ...]()
    if kind == "pivot" and len(fields) > 1:
        across = TIME if TIME in fields else fields[-1]
        columns = report.columns if report.kind in ("pivot", "line", "area") and report.columns else (across,)
        rows = tuple(name for name in fields if name not in columns)
    elif kind in ("line", "area"):
        rows, columns = (TIME,), tuple(split)
    elif kind == "bar":
        rows = tuple(split) or (TIME,)
    elif kind in ("scatter", "cohorts", "kpi"):
        rows = tuple(split)
    elif kind == "funnel":
        rows = tuple(name for name in split if name != STEP)
    return _tidy(_with(report, kind=kind, rows=rows, columns=columns))


def _tidy(report: Report) -> Report:
    """Without options that mean nothing to it as it stands."""
    left: dict[str, object] = {}
    if report.compare and (report.kind not in COMPARES or (report.kind == "bar" and report.is_over_time)):
        left["compare"] = None
    if report.top and (report.kind not in RANKS or not report.by):
        left["top"] = None
    if report.mark != "none" and report.kind not in MARKS:
        left["mark"] = "none"
    if report.mark == "change" and ("compare" in left or not report.compare):
        left["mark"] = "none"
    return _with(report, **left) if left else report


def _without(report: Report, name: str, shelves: tuple[Shelf, ...]) -> Report:
    fields: dict[str, object] = {}
    for shelf in shelves:
        if shelf == "filters":
            fields[shelf] = tuple(each for each in report.filters if each.by != name)
        else:
            fields[shelf] = tuple(each for each in getattr(report, shelf) if each != name)
    return _with(report, **fields)


def _with(report: Report, **fields: object) -> Report:
    """The same with other fields that are known to be whole; `Report.changed` judges those that come from outside."""
    return Report.model_construct(**{**dict(report), **fields})
