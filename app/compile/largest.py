"""The largest combinations of the latest period in every period, and the rest as one where that is honest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select
from sqlalchemy.sql.selectable import CTE

from app.compile.grids import grid_of
from app.compile.rows import OTHER, distinct
from app.compile.scope import Scope
from app.made_of import is_additive
from app.metric_kinds import Metric
from app.question import Question


def select_largest(metric: Metric, question: Question, scope: Scope) -> Select[Any]:
    """Parts that add up are added to the rest, ids are counted anew in it; of ratios there is no rest."""
    names = question.by
    grid = scope.cte("figures", grid_of(metric, scope))
    ranked = scope.cte("largest", _ranked(grid, question))
    period = grid.c[question.grain]
    same = and_(*(grid.c[name].is_not_distinct_from(ranked.c[name]) for name in names))
    if metric.kind == "distinct":
        counted = distinct(metric, scope, ranked)
        return counted.order_by(*(counted.selected_columns[name] for name in (question.grain, *names)))
    reason = [grid.c.reason] if "reason" in grid.c else []
    if not is_additive(metric, scope.metrics, names):
        dimensions = [grid.c[name] for name in names]
        kept = select(period, *dimensions, grid.c.value, *reason).select_from(grid.join(ranked, same))
        return kept.order_by(period, *dimensions)
    folded = [case((ranked.c.is_top, grid.c[name]), else_=OTHER).label(name) for name in names]
    rows = select(period, *folded, grid.c.value, *reason).select_from(grid.outerjoin(ranked, same))
    parts = scope.cte("parts", rows)
    keys = [parts.c[question.grain], *(parts.c[name] for name in names)]
    total: Any = func.sum(parts.c.value)
    if reason:  # what is not known of one part is not known of the rest
        total = case((func.count() == func.count(parts.c.value), total))
        reason = [func.max(parts.c.reason).label("reason")]
    return select(*keys, total.label("value"), *reason).group_by(*keys).order_by(*keys)


def _ranked(grid: CTE, question: Question) -> Select[Any]:
    """The combinations that stay apart. A value that is itself called `Other` is part of the rest, never beside it."""
    period = grid.c[question.grain]
    dimensions = [grid.c[name] for name in question.by]
    latest = select(func.max(period)).scalar_subquery()
    is_other = or_(*(name.is_not_distinct_from(OTHER) for name in dimensions))
    return (
        select(*dimensions, literal(True).label("is_top"))
        .where(period == latest, ~is_other)
        .order_by(grid.c.value.desc().nulls_last(), *dimensions)
        .limit(question.top)
    )
