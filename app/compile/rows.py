"""Metrics that read a mart themselves: simple ones are aggregated, distinct ones counted anew for each cut."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Numeric, Select, and_, case, cast, func, select
from sqlalchemy.sql import ColumnElement

from app.compile.coarser import WHOLE, over_days, over_months, total_of
from app.compile.scope import Scope, mart_of
from app.metric_kinds import Metric
from app.question import COARSE

OTHER = "Other"


def simple(metric: Metric, scope: Scope) -> Select[Any]:
    """One pass over a mart: kept periods and values, aggregated over the other dimensions."""
    if metric.grain == "day" and scope.grain != "day":
        return over_days(metric, scope)
    if metric.grain == "month" and scope.grain in COARSE:
        return over_months(metric, scope)
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
    total = total_of(metric, value)
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


def _time_kept(metric: Metric, scope: Scope, mart: Any) -> list[ColumnElement[bool]]:
    time = mart.c[metric.time_column]
    return scope.days_kept(time) if metric.grain == "day" else scope.months_kept(time, mart.c.is_complete)
