"""Ids within the last so many days, such as the users of 28 days: each once, counted anew for each day and each cut."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Numeric, Select, String, case, cast, func, literal, null, select

from app.compile.scope import Scope, interval, mart_of
from app.metric_kinds import Metric


def trailing(metric: Metric, scope: Scope) -> Select[Any]:
    """By day the window that ends with it; a week or month has that of its closing day.

    Null while the window reaches before the first day known, and where the closing day is not known. Today is not over
    and ends no window. A day on which nobody came ends one all the same.
    """
    length, column = int(metric.days or 1), str(metric.column)
    mart, meant = mart_of(metric, [metric.time_column, column, *scope.dimensions], scope)
    day = mart.c[metric.time_column]
    bounds = scope.cte(
        "bounds",
        select(func.min(day).label("first_day"), func.max(day).label("last_day")).where(*meant, day < scope.today),
    )
    series = func.generate_series(bounds.c.first_day, bounds.c.last_day, interval(1, "day"))
    days = scope.cte("days", select(cast(series, Date).label("day")).select_from(bounds))
    period = scope.period_of(days.c.day)
    closes = scope.cte(
        "closing_days",
        select(period.label("period"), func.max(days.c.day).label("last_day"))
        .where(*scope.days_kept(days.c.day))
        .group_by(period),
    )
    last = closes.c.last_day
    begin = cast(last - interval(length - 1, "day"), Date)
    first = select(bounds.c.first_day).scalar_subquery()
    reasons: list[tuple[Any, Any]] = [
        (last != scope.closing_day(closes.c.period, last), literal("the last day known is ") + cast(last, String)),
        (begin < first, literal("the window begins before the first day known, ") + cast(first, String)),
    ]
    counted = cast(func.count(mart.c[column].distinct()), Numeric)
    value = case(*[(condition, null()) for condition, _ in reasons], else_=counted)
    dimensions = [mart.c[name] for name in scope.by]
    return (
        select(
            closes.c.period.label(scope.grain), *dimensions, value.label("value"),
            case(*reasons, else_=null()).label("reason"),
        )
        .select_from(closes.join(mart, day.between(begin, last)))
        .where(*meant, *scope.rows_kept(mart))
        .group_by(closes.c.period, last, *dimensions)
    )  # fmt: skip
