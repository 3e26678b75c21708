"""Metrics that read a mart themselves: simple ones are aggregated, distinct ones counted anew for each cut."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Numeric, Select, String, and_, case, cast, func, literal, null, select
from sqlalchemy.sql import ColumnElement

from app.compile.scope import Scope, mart_of
from app.metric_kinds import Metric

OTHER = "Other"
WHOLE = "whole"
"""What a mart that stores each cut calls the row of the undivided value."""


def simple(metric: Metric, scope: Scope) -> Select[Any]:
    """One pass over a mart: kept periods and values, aggregated over the other dimensions."""
    if metric.grain == "day" and scope.grain != "day":
        return _over_days(metric, scope)
    names = [metric.time_column, str(metric.column), *scope.dimensions]
    names += [name for name in (metric.reason_column, metric.cut_column) if name]
    mart, conditions = mart_of(metric, [*names, *(["is_complete"] if metric.grain == "month" else [])], scope)
    period, value = mart.c[metric.time_column], cast(mart.c[str(metric.column)], Numeric)
    dimensions = [mart.c[each] for each in scope.by]
    conditions = [*_time_kept(metric, scope, mart), *conditions, *scope.rows_kept(mart)]
    if metric.aggregate == "none":
        reason = [mart.c[metric.reason_column].label("reason")] if metric.reason_column else []
        if metric.cut_column:
            conditions.append(mart.c[metric.cut_column] == (scope.dimensions[0] if scope.dimensions else WHOLE))
        return select(period.label(scope.grain), *dimensions, value.label("value"), *reason).where(*conditions)
    total = _total(metric, value)
    return (
        select(period.label(scope.grain), *dimensions, total.label("value"))
        .where(*conditions)
        .group_by(period, *dimensions)
    )


def distinct(metric: Metric, scope: Scope, largest: Any = None) -> Select[Any]:
    """Each id once per period and combination, whatever the split.

    Args:
        metric: a distinct one.
        scope: what is kept.
        largest: combinations that stay apart, a step with the dimensions and `is_top`; all others are one, in which an
            id counts once.
    """
    by_month = ["is_complete"] if metric.grain == "month" else []
    mart, conditions = mart_of(metric, [metric.time_column, str(metric.column), *scope.dimensions, *by_month], scope)
    day, wanted = mart.c[metric.time_column], mart.c[str(metric.column)]
    period = scope.period_of(day) if metric.grain == "day" else day
    kept = [*_time_kept(metric, scope, mart), *conditions, *scope.rows_kept(mart)]
    dimensions = [mart.c[each] for each in scope.by]
    if largest is None:
        keys = [period.label(scope.grain), *dimensions]
        counted = cast(func.count(wanted.distinct()), Numeric).label("value")
        return select(*keys, counted).where(*kept).group_by(period, *dimensions)
    same = and_(*(mart.c[name].is_not_distinct_from(largest.c[name]) for name in scope.by))
    parts = [case((largest.c.is_top, mart.c[name]), else_=OTHER).label(name) for name in scope.by]
    rows = select(period.label(scope.grain), *parts, wanted.label("id")).select_from(mart.outerjoin(largest, same))
    folded = scope.cte("folded", rows.where(*kept))
    keys = [folded.c[scope.grain], *(folded.c[name] for name in scope.by)]
    return select(*keys, cast(func.count(folded.c.id.distinct()), Numeric).label("value")).group_by(*keys)


def _over_days(metric: Metric, scope: Scope) -> Select[Any]:
    """A mart by day in weeks or months: flows add up, stocks take the closing day, for all parts the same one."""
    mart, conditions = mart_of(metric, [metric.time_column, str(metric.column), *scope.dimensions], scope)
    day, value = mart.c[metric.time_column], cast(mart.c[str(metric.column)], Numeric)
    period = scope.period_of(day)
    kept = [*scope.days_kept(day), *conditions]
    dimensions = [mart.c[each] for each in scope.by]
    total = _total(metric, value)
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


def _total(metric: Metric, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The aggregate over all rows of a part."""
    if metric.aggregate == "median":
        return cast(func.percentile_cont(0.5).within_group(value), Numeric)
    return func.max(value) if metric.aggregate == "max" else func.sum(value)


def _time_kept(metric: Metric, scope: Scope, mart: Any) -> list[ColumnElement[bool]]:
    time = mart.c[metric.time_column]
    return scope.days_kept(time) if metric.grain == "day" else scope.months_kept(time, mart.c.is_complete)
