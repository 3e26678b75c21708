"""What each kind of picture can hold: how many figures, which fields in rows and columns, which options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.metric_kinds import Metric
from app.reports.report import STEP, TIME, Kind, Report

NAMES: Mapping[Kind, str] = {
    "table": "Table", "pivot": "Pivot", "line": "Lines", "bar": "Bars", "area": "Area", "scatter": "Scatter",
    "funnel": "Funnel", "cohorts": "Cohort grid", "kpi": "One figure",
}  # fmt: skip
A = {"table": "A table", "pivot": "A pivot", "line": "A line chart", "bar": "A bar chart", "area": "An area",
     "scatter": "A scatter", "funnel": "A funnel", "cohorts": "A cohort grid", "kpi": "One figure"}  # fmt: skip
MOST_VALUES = {"table": 8, "pivot": 1, "line": 5, "bar": 1, "area": 1, "scatter": 2, "funnel": 1, "cohorts": 1,
               "kpi": 1}  # fmt: skip
MOST_ROWS = {"table": 3, "pivot": 2, "line": 1, "bar": 1, "area": 1, "scatter": 1, "funnel": 0, "cohorts": 0, "kpi": 0}
MOST_COLUMNS = {"pivot": 1, "line": 1, "area": 1}
MOST_FILTERS = 8
NUMBER = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
COMPARES = ("table", "bar", "kpi", "pivot")
MARKS = ("table", "pivot")
RANKS = ("table", "pivot", "line", "area", "bar")


def word(name: str) -> str:
    """A field in a sentence."""
    return "time" if name == TIME else name.replace("_", " ")


def shape_wrong(report: Report, named: Sequence[Metric]) -> str:
    """Why this kind of picture cannot hold what is in the report; empty where it can."""
    kind, it = report.kind, A[report.kind]
    for metric in named:
        if metric.kind == "cohort" and kind != "cohorts":
            return f"“{metric.label}” follows cohorts by their age: it is a cohort grid."
    most = MOST_VALUES[kind]
    if len(report.values) > most:
        several = "" if kind in ("scatter", "line") else " Choose a table for several."
        return f"{it} shows {'at most ' if most > 2 else ''}{NUMBER[most]} figure{'' if most == 1 else 's'}.{several}"
    if len(report.filters) > MOST_FILTERS:
        return f"A report has at most {NUMBER[MOST_FILTERS]} filters."
    return _fields(report, it) or _special(report, named) or _options(report, it)


def _fields(report: Report, it: str) -> str:
    kind, rows, columns = report.kind, MOST_ROWS[report.kind], MOST_COLUMNS.get(report.kind, 0)
    if kind in ("funnel", "cohorts", "kpi") and (report.rows or report.columns):
        first = word((*report.rows, *report.columns)[0])
        return f"{it} is of the whole: take {first} away, or narrow to one {first} instead."
    if kind in ("line", "area"):
        if any(name != TIME for name in report.rows):
            return f"{it} runs over time: what splits it stands in columns."
        if TIME in report.columns:
            return f"{it} runs over time, which stands in rows."
        if report.columns and len(report.values) > 1:
            return "A line for each part of several figures cannot be told apart: keep one figure, or do not split it."
    if kind == "scatter" and TIME in report.rows:
        return "A scatter has a point for each part of a field, in one period."
    if kind == "table" and report.columns:
        return "A table has its figures in columns: choose a pivot to put a field there."
    if len(report.columns) > columns:
        return f"{it} has {NUMBER[columns]} field{'' if columns == 1 else 's'} in columns."
    if len(report.rows) > rows:
        at_most = "at most " if rows > 1 else ""
        return f"{it} has {at_most}{NUMBER[rows]} field{'' if rows == 1 else 's'} in rows."
    return ""


def _special(report: Report, named: Sequence[Metric]) -> str:
    """What funnels and cohort grids ask of their figure."""
    for metric in named:
        if report.kind == "cohorts" and (metric.kind != "cohort" or metric.grain != "month"):
            return f"“{metric.label}” has no cohorts by month."
        if report.kind == "funnel" and not (metric.unit == "count" and STEP in metric.apart):
            return f"“{metric.label}” does not count who came to each step of a funnel."
    if report.kind == "funnel" and any(each.by == STEP for each in report.filters):
        return "A funnel shows all of its steps."
    if report.kind in ("funnel", "cohorts", "kpi") and report.grain != "month":
        return f"{A[report.kind]} is of months."
    return ""


def _options(report: Report, it: str) -> str:
    kind = report.kind
    if report.compare and kind not in COMPARES:
        return f"{it} is not set beside an earlier period: choose a table or bars for that."
    if report.compare and kind == "bar" and report.is_over_time:
        return "Bars over time show the earlier periods themselves."
    if report.top and (kind not in RANKS or not report.by):
        return "There is no field whose largest parts could be kept."
    if report.mark != "none" and kind not in MARKS:
        return "Only cells of tables are marked."
    if report.mark == "change" and not report.compare:
        return "Gain and loss are told by a comparison: choose what to compare with."
    return ""


def shape_missing(report: Report) -> str:
    """What this kind of picture still lacks; empty where nothing."""
    kind = report.kind
    if kind == "scatter" and len(report.values) < 2:
        return "A scatter needs two figures with a shared field: add the second."
    if kind == "scatter" and not report.rows:
        return "A scatter needs a field in rows: each of its parts is a point."
    if kind == "pivot" and not (report.rows and report.columns):
        return f"A pivot needs a field in {'columns' if report.rows else 'rows'}."
    if kind == "bar" and not report.rows:
        return "Bars need a field in rows: a bar for each of its parts."
    if kind in ("line", "area") and TIME not in report.rows:
        return f"{A[kind]} needs time in rows."
    return ""
