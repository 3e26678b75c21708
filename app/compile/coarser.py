"""A mart in longer periods than its own: days in weeks or months, months in quarters or years.

Flows add up; stocks take the value with which the period closes, or opens, and for all parts the same one. A period of
which a part is not known has no value: its sum would be too low and its close another's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Numeric, Select, String, case, cast, func, literal, null, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import CTE

from app.compile.scope import Scope, interval, mart_of
from app.metric_kinds import Metric

WHOLE = "whole"
"""What a mart that stores each cut calls the row of the undivided value."""


def over_days(metric: Metric, scope: Scope) -> Select[Any]:
    """A mart by day in weeks or months: flows add up, stocks take the closing day, for all parts the same one."""
    mart, conditions = mart_of(metric, [metric.time_column, str(metric.column), *scope.dimensions], scope)
    day, value = mart.c[metric.time_column], cast(mart.c[str(metric.column)], Numeric)
    period = scope.period_of(day)
    kept = [*scope.days_kept(day), *conditions]
    dimensions = [mart.c[each] for each in scope.by]
    total = total_of(metric, value)
    if metric.aggregate == "none":
        total = case((func.count() == func.count(value), total))
    if metric.over_time == "sum":
        return (
            select(period.label(scope.grain), *dimensions, total.label("value"))
            .where(*kept, *scope.rows_kept(mart))
            .group_by(period, *dimensions)
        )
    closes = scope.cte(
        "closing_days",
        select(period.label("period"), func.max(day).label("last_day")).where(*kept).group_by(period),
    )
    is_closed = closes.c.last_day == scope.closing_day(closes.c.period, closes.c.last_day)
    keys = [closes.c.period, closes.c.last_day, *dimensions]
    told = literal("the last day known is ") + cast(closes.c.last_day, String)
    return (
        select(
            closes.c.period.label(scope.grain), *dimensions, case((is_closed, total)).label("value"),
            case((is_closed, null()), else_=told).label("reason"),
        )
        .select_from(mart.join(closes, day == closes.c.last_day))
        .where(*kept, *scope.rows_kept(mart))
        .group_by(*keys)
    )  # fmt: skip


def over_months(metric: Metric, scope: Scope) -> Select[Any]:
    """A mart by month in quarters or years: the period, *by, value, reason.

    Where something is stored for each cut, it is that of the month that is taken.
    """
    names = [metric.time_column, str(metric.column), "is_complete", *scope.dimensions]
    mart, meant = mart_of(metric, [*names, *filter(None, (metric.cut_column, metric.reason_column))], scope)
    month, value = mart.c[metric.time_column], cast(mart.c[str(metric.column)], Numeric)
    if metric.cut_column:
        meant.append(mart.c[metric.cut_column] == (scope.dimensions[0] if scope.dimensions else WHOLE))
    spans = _spans(mart, meant, scope, month)
    dimensions = [mart.c[name] for name in scope.by]
    reasons = _not_whole(metric, scope, spans)
    total = total_of(metric, value)
    if metric.aggregate == "none":
        total = case((func.count() == func.count(value), total))
    taken = {"first": [month == spans.c.first_month], "last": [month == spans.c.last_month]}.get(
        str(metric.over_time), []
    )
    told = func.max(mart.c[metric.reason_column]) if metric.reason_column else null()
    return (
        select(
            spans.c.period.label(scope.grain), *dimensions,
            case(*[(condition, null()) for condition, _ in reasons], else_=total).label("value"),
            case(*reasons, else_=told).label("reason"),
        )
        .select_from(mart.join(spans, scope.period_of(month) == spans.c.period))
        .where(*scope.months_asked(month), *meant, *taken, *scope.rows_kept(mart))
        .group_by(*spans.c, *dimensions)
    )  # fmt: skip


def _spans(mart: Any, meant: list[ColumnElement[bool]], scope: Scope, month: Any) -> CTE:
    """Each period with its first and last month in the mart, whatever the filters, and whether all are complete."""
    period = scope.period_of(month)
    return scope.cte(
        "spans",
        select(
            period.label("period"), func.min(month).label("first_month"), func.max(month).label("last_month"),
            func.bool_and(mart.c.is_complete).label("is_complete"),
        )
        .where(*scope.months_asked(month), *meant)
        .group_by(period),
    )  # fmt: skip


def _not_whole(metric: Metric, scope: Scope, spans: CTE) -> list[tuple[Any, Any]]:
    """Why a period has no value of its own: the mart begins within it, ends within it, or has an open month.

    The running period is shown as far as it has come, where it is shown at all.
    """
    known, meant = mart_of(metric, [metric.time_column], scope)
    begin = select(func.min(known.c[metric.time_column])).where(*meant).scalar_subquery()
    is_over = spans.c.period != scope.running
    closing = spans.c.period + interval(1, scope.grain) - interval(1, "month")
    reasons: list[tuple[Any, Any]] = [
        (begin > spans.c.period, literal("the first month known is ") + func.to_char(begin, "YYYY-MM")),
        (is_over & ~spans.c.is_complete, literal(f"a month of the {scope.grain} is not complete")),
    ]
    if metric.over_time == "first":
        told = literal("the first month known of it is ") + func.to_char(spans.c.first_month, "YYYY-MM")
        reasons.append((spans.c.first_month > spans.c.period, told))
    if metric.over_time == "last":
        told = literal("the last month known of it is ") + func.to_char(spans.c.last_month, "YYYY-MM")
        reasons.append((is_over & (spans.c.last_month < closing), told))
    return reasons


def total_of(metric: Metric, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The aggregate over all rows of a part."""
    if metric.aggregate == "median":
        return cast(func.percentile_cont(0.5).within_group(value), Numeric)
    return func.max(value) if metric.aggregate == "max" else func.sum(value)
