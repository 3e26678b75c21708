"""What is left of each cohort by age. A period that is not over yet is no age: its cell is absent, not low or zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, Numeric, Select, and_, case, cast, func, literal, null, select, true
from sqlalchemy.sql.selectable import CTE

from app.compile.scope import Scope, grouped, interval, mart_of, shifted, start_of
from app.metric_kinds import Metric
from app.question import Question

AGE = "age"


def select_cohorts(metric: Metric, question: Question, scope: Scope) -> Select[Any]:
    """The month (or week) a cohort began in, age, *by, value, reason; without it where cohorts are averaged."""
    cells = scope.cte("cells", _cells(metric, question, scope))
    dimensions = [cells.c[name] for name in question.by]
    if question.average:
        return _average(metric, cells, scope)
    keys = [cells.c.began.label(scope.grain), cells.c.age, *dimensions]
    return select(*keys, *_value(metric, cells.c.kept, cells.c.base, [])).order_by(*keys)


def _cells(metric: Metric, question: Question, scope: Scope) -> Select[Any]:
    """began, age, *by, base, kept of every cohort and age whose period is over."""
    names = [str(metric.cohort_column), str(metric.age_column), str(metric.base_column), str(metric.kept_column)]
    named = [name for name in question.dimensions if name != AGE]
    mart, conditions = mart_of(metric, [*names, *named], scope)
    began, age, base, kept = (mart.c[name] for name in names)
    dimensions = [mart.c[name] for name in question.by]
    conditions += [began + age * interval(1, scope.grain) < scope.running, age >= 0]
    ages = [int(each) for each in grouped(question.where).get(AGE, [])]
    if ages:
        conditions.append(cast(age, Integer).in_(ages))
        if question.average:  # the same cohorts at every age asked for: those that have reached the last of them
            conditions.append(began < _before(scope, max(ages)))
    filtered = replace(scope, where=tuple(pair for pair in scope.where if pair[0] != AGE))
    if scope.since:
        conditions.append(began >= start_of(scope.since, scope.grain))
    if scope.until:
        conditions.append(began <= start_of(scope.until, scope.grain))
    totals = [cast(func.sum(base), Numeric).label("base"), cast(func.sum(kept), Numeric).label("kept")]
    return (
        select(began.label("began"), age.label("age"), *dimensions, *totals)
        .where(*conditions, *filtered.rows_kept(mart))
        .group_by(began, age, *dimensions)
    )


def _before(scope: Scope, ages: int) -> date:
    """The period that the running one is so many after."""
    return scope.running - timedelta(weeks=ages) if scope.grain == "week" else shifted(scope.running, -ages)


def _average(metric: Metric, cells: CTE, scope: Scope) -> Select[Any]:
    """Over the cohorts asked for, weighted by what they began with, and only ages that all of them have reached.

    Else each age would be the mean of other cohorts than the age before it, and a curve could rise for no other reason.
    """
    youngest = select(func.max(cells.alias("young").c.began)).scalar_subquery()
    per_part = cells.alias("each")
    named = [per_part.c[name] for name in scope.by]
    cohorts = scope.cte(
        "cohorts", select(*named, func.count(per_part.c.began.distinct()).label("count")).group_by(*named)
    )
    same = and_(true(), *(cells.c[name].is_not_distinct_from(cohorts.c[name]) for name in scope.by))
    keys = [cells.c.age, *(cells.c[name] for name in scope.by)]
    short = [(func.count() < func.max(cohorts.c.count), literal("one of the cohorts has no row of this age"))]
    return (
        select(*keys, *_value(metric, func.sum(cells.c.kept), func.sum(cells.c.base), short))
        .select_from(cells.join(cohorts, same))
        .where(youngest + cells.c.age * interval(1, scope.grain) < scope.running)
        .group_by(*keys)
        .order_by(*keys)
    )


def _value(metric: Metric, kept: Any, base: Any, reasons: list[tuple[Any, Any]]) -> list[Any]:
    """The part that is left, and why it is not known."""
    told = [*reasons, (base.is_(None) | (base <= 0), literal(metric.undefined or "the cohort began with nothing"))]
    value = case(*[(condition, null()) for condition, _ in told], else_=kept / func.nullif(base, 0))
    return [cast(value, Numeric).label("value"), case(*told, else_=null()).label("reason")]
