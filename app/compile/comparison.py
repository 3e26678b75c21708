"""A value beside that of a month or a year before, in one statement.

The running month is never set beside a whole one: of what is known by day, both are taken up to the same day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Numeric, Select, case, cast, func, literal, null, select

from app.compile.grids import asked, beside, grid_of, known_periods, why
from app.compile.scope import Scope, shifted, start_of
from app.made_of import is_by_day
from app.metric_kinds import Metric
from app.question import COMPARISONS, Question


def select_compared(metric: Metric, question: Question, scope: Scope) -> Select[Any]:
    """period, *by, value, compared, change, relative, reason; a part that only one of the two has is shown."""
    months = COMPARISONS[str(question.compare)]
    if question.include_partial and is_by_day(metric, scope.metrics):
        scope = replace(scope, whole_days=True)
    now = scope.cte("now", grid_of(metric, scope))
    then = scope.cte("before", grid_of(metric, _before(scope, months)))
    known = known_periods(metric, scope)
    keys, joined = beside(now, then, months, scope)
    period, value, compared = keys.c[scope.grain], now.c.value, then.c.value
    difference = cast(value - compared, Numeric)
    relative = cast(difference / func.nullif(func.greatest(compared, 0), 0), Numeric)
    ago = f"{months} month{'s' if months > 1 else ''} before"
    reason = case(
        (value.is_(None), why(now, f"no value in the {scope.grain}")),
        (compared.is_(None), why(then, f"no value {ago}")),
        (compared == 0, literal(f"it was 0 {ago}: there is no relative change")),
        (compared < 0, literal(f"it was negative {ago}: a relative change would have the wrong sign")),
        else_=null(),
    )
    columns = [
        period, *(keys.c[name] for name in scope.by), value.label("value"), compared.label("compared"),
        difference.label("change"), relative.label("relative"), reason.label("reason"),
    ]  # fmt: skip
    is_known = period.in_(select(known.c[scope.grain]))
    rows = select(*columns).select_from(joined).where(is_known, *asked(period, scope))
    return rows.order_by(period, *(keys.c[name] for name in scope.by))


def _before(scope: Scope, months: int) -> Scope:
    """The periods to compare with: of the one beside the running month only the days that this one has had as well."""
    last = scope.until or (scope.running if scope.include_partial else shifted(scope.running, -1))
    compared = replace(
        scope,
        since=shifted(start_of(scope.since, scope.grain), -months) if scope.since else None,
        until=shifted(start_of(min(last, scope.today), scope.grain), -months),
        include_partial=False,
        whole_days=False,
    )
    if not scope.whole_days:
        return compared
    start = shifted(scope.running, -months)
    return replace(compared, cut=(start + timedelta(days=scope.today.day - 1), shifted(start, 1)))
