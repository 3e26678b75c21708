"""Metrics made of others: each part is cut alike and aggregated first, then they meet. Nothing is joined row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Date, Numeric, Select, and_, case, cast, func, literal, null, select, union
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import CTE

from app.compile.rows import distinct, simple
from app.compile.scope import Scope, interval, start_of
from app.compile.trailing import trailing
from app.formula import Node, Number, Part, divisors_of, parse, parts_of, written
from app.metric_kinds import Metric
from app.question import COARSE


def grid_of(metric: Metric, scope: Scope) -> Select[Any]:
    """The period, *by, value of a metric of any kind but cohort, unordered; reason where it can say one."""
    if metric.kind == "simple":
        return simple(metric, scope)
    if metric.kind == "distinct":
        return trailing(metric, scope) if metric.days else distinct(metric, scope)
    if metric.kind == "multiple":
        base = scope.cte(str(metric.of), grid_of(scope.metrics[str(metric.of)], scope))
        reason = [base.c.reason] if "reason" in base.c else []
        return select(*_keys(base, scope), (base.c.value * metric.factor).label("value"), *reason)
    if metric.kind == "ratio":
        return _ratio(metric, scope)
    if metric.kind == "derived":
        return _derived(metric, scope)
    return _cumulative(metric, scope) if metric.kind == "cumulative" else _change(metric, scope)


def says_why(metric: Metric, metrics: Mapping[str, Metric], grain: str) -> bool:
    """Whether its grid has a column `reason`."""
    if metric.kind == "multiple":
        return says_why(metrics[str(metric.of)], metrics, grain)
    if metric.kind == "simple":
        if metric.grain == "month" and grain in COARSE:
            return True
        over_days = metric.grain == "day" and grain != "day"
        return metric.over_time == "last" if over_days else bool(metric.reason_column)
    if metric.kind == "ratio":
        return grain in COARSE
    return metric.kind in ("derived", "cumulative", "change") or bool(metric.days)


def known_periods(metric: Metric, scope: Scope) -> CTE:
    """The periods of which anything is known, whatever the filters."""
    everything = scope.cte("everything", grid_of(metric, scope.of_all()))
    return scope.cte("known", select(everything.c[scope.grain]).distinct())


def _ratio(metric: Metric, scope: Scope) -> Select[Any]:
    """Both sides summed first, then divided: a ratio is never averaged.

    Null where nothing is below, or less than nothing: the sign of such a ratio says the opposite of what it means.
    """
    above = scope.cte("numerator", grid_of(scope.metrics[str(metric.numerator)], scope))
    below = scope.cte("denominator", grid_of(scope.metrics[str(metric.denominator)], scope))
    value = above.c.value / func.nullif(func.greatest(below.c.value, 0), 0)
    joined = below.outerjoin(above, _same(below, above, scope))
    keys = [*_keys(below, scope), value.label("value")]
    if not says_why(metric, scope.metrics, scope.grain):
        return select(*keys).select_from(joined)
    sides = ((below, str(metric.denominator)), (above, str(metric.numerator)))
    told = [
        (side.c.reason.is_not(None), literal(f"{scope.metrics[name].label}: ") + side.c.reason)
        for side, name in sides
        if "reason" in side.c
    ]
    return select(*keys, (case(*told, else_=null()) if told else null()).label("reason")).select_from(joined)


def _derived(metric: Metric, scope: Scope) -> Select[Any]:
    """The formula over its parts, for every combination that any part has."""
    parts = {name: scope.cte(name, grid_of(scope.metrics[name], scope)) for name in metric.parts}
    first, *others = (select(*_keys(part, scope)) for part in parts.values())
    keys = scope.cte("keys", union(first, *others) if others else first)
    joined: Any = keys
    for part in parts.values():
        joined = joined.outerjoin(part, _same(keys, part, scope))
    values = {
        name: case((part.c[scope.grain].is_(None), cast(0, Numeric)), else_=part.c.value)
        if name in metric.missing
        else part.c.value
        for name, part in parts.items()
    }
    node = parse(str(metric.formula))
    reasons: list[tuple[Any, Any]] = []
    for name, part in parts.items():
        said = f"{scope.metrics[name].label}: {scope.metrics[name].why_null or 'not known'}"
        reasons.append((values[name].is_(None), why(part, said)))
    for divisor in divisors_of(node):
        below = _worked_out(divisor, values)
        reasons.append((below == 0, literal(metric.undefined or f"{written(divisor)} is 0")))
        reasons.append((below < 0, literal(f"{written(divisor)} is negative")))
    reason = case(*reasons, else_=null())
    value = cast(_worked_out(node, values), Numeric)
    return select(*_keys(keys, scope), value.label("value"), reason.label("reason")).select_from(joined)


def _worked_out(node: Node, values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """A formula as SQL; a division by what is 0 or negative is null."""
    if isinstance(node, Part):
        return values[node.name]
    if isinstance(node, Number):
        return cast(node.value, Numeric)
    left, right = _worked_out(node.left, values), _worked_out(node.right, values)
    if node.sign == "+":
        return left + right
    if node.sign == "-":
        return left - right
    if node.sign == "*":
        return left * right
    zero = cast(0, Numeric)
    return left / (func.nullif(func.greatest(right, zero), zero) if parts_of(node.right) else right)


def _cumulative(metric: Metric, scope: Scope) -> Select[Any]:
    """Sums over the window that ends with each month; null where a month of the window is not known."""
    of = scope.metrics[str(metric.of)]
    base = scope.cte(of.name, grid_of(of, scope.from_the_beginning()))
    known = known_periods(of, scope)
    end, month = known.c.month, base.c.month
    oldest = scope.again(known, "oldest")
    first = select(func.min(oldest.c.month)).scalar_subquery()
    begin: ColumnElement[Any] = {
        "beginning": first,
        "year": cast(func.date_trunc("year", end), Date),
        "trailing": earlier(end, (metric.months or 1) - 1),
    }[str(metric.window)]
    within = scope.again(known, "within")
    held = select(func.count()).select_from(within).where(within.c.month.between(begin, end)).scalar_subquery()
    reasons: list[tuple[Any, Any]] = [
        (begin < first, literal("the window begins before the first month known, ") + func.to_char(first, "YYYY-MM")),
    ]
    if of.name not in metric.missing:
        reasons.append((held < _months_between(begin, end) + 1, literal("a month of the window has no figure")))
    if metric.window == "trailing":
        reasons.append((end == scope.running, literal("the month is still running: the window would be short of it")))
    reasons.append((func.count() > func.count(base.c.value), literal("a month of the window is not known")))
    reason = case(*reasons, else_=null())
    dimensions = [base.c[name] for name in scope.by]
    value = case(*[(condition, null()) for condition, _ in reasons], else_=func.sum(base.c.value))
    return (
        select(end.label("month"), *dimensions, cast(value, Numeric).label("value"), reason.label("reason"))
        .select_from(known.join(base, month.between(begin, end)))
        .where(*asked(end, scope))
        .group_by(end, *dimensions)
    )


def _change(metric: Metric, scope: Scope) -> Select[Any]:
    """Each month beside the one so many months before it; a part that only one of the two has is shown."""
    of = scope.metrics[str(metric.of)]
    base = scope.cte(of.name, grid_of(of, scope.from_the_beginning()))
    known = known_periods(of, scope)
    now, then = scope.again(base, "now"), scope.again(base, "before")
    keys, joined = beside(now, then, int(metric.months or 1), scope)
    month = keys.c.month
    of_now: Any = now.c.value
    of_then: Any = then.c.value
    if of.name in metric.missing:
        has_earlier = earlier(month, int(metric.months or 1)).in_(select(known.c.month))
        of_now = case((now.c.month.is_(None), cast(0, Numeric)), else_=of_now)
        of_then = case((and_(then.c.month.is_(None), has_earlier), cast(0, Numeric)), else_=of_then)
    ago = f"{_months(metric.months)} before"
    reasons: list[tuple[Any, Any]] = [
        (month == scope.running, literal("the month is still running: it is not compared with a full one")),
        (of_now.is_(None), why(now, "no value in the month")),
        (of_then.is_(None), why(then, f"no value {ago}")),
    ]
    difference = of_now - of_then
    if metric.change == "relative":
        reasons += [(of_then == 0, literal(f"it was 0 {ago}")), (of_then < 0, literal(f"it was negative {ago}"))]
        difference = difference / func.nullif(of_then, 0)
    value = case(*[(condition, null()) for condition, _ in reasons], else_=difference)
    reason = case(*reasons, else_=null())
    return (
        select(*_keys(keys, scope), cast(value, Numeric).label("value"), reason.label("reason"))
        .select_from(joined)
        .where(month.in_(select(known.c.month)), *asked(month, scope))
    )


def beside(now: Any, then: Any, months: int, scope: Scope) -> tuple[CTE, Any]:
    """Periods and combinations that either has, the earlier moved forward; and both joined to them."""
    grain = scope.grain
    later = cast(then.c[grain] + interval(months, "month"), Date).label(grain)
    combinations = [[step.c[name] for name in scope.by] for step in (now, then)]
    both = union(select(now.c[grain], *combinations[0]), select(later, *combinations[1]))
    keys = scope.cte(f"{grain}s", both)
    moved = [keys.c[name].is_not_distinct_from(then.c[name]) for name in scope.by]
    before = and_(earlier(keys.c[grain], months) == then.c[grain], *moved)
    return keys, keys.outerjoin(now, _same(keys, now, scope)).outerjoin(then, before)


def earlier(month: Any, months: int) -> ColumnElement[Any]:
    """The month so many months before."""
    return cast(month - interval(months, "month"), Date)


def why(step: Any, said: str) -> ColumnElement[Any]:
    """A step's own reason, where it has one."""
    told: ColumnElement[Any] = func.coalesce(step.c.reason, said) if "reason" in step.c else literal(said)
    return told


def _months(count: int | None) -> str:
    return "one month" if count == 1 else f"{count} months"


def _months_between(begin: Any, end: Any) -> Any:
    return (func.extract("year", end) - func.extract("year", begin)) * 12 + (
        func.extract("month", end) - func.extract("month", begin)
    )


def asked(period: Any, scope: Scope) -> list[ColumnElement[bool]]:
    """From the first period asked for on, where those before it had to be read too."""
    return [period >= start_of(scope.since, scope.grain)] if scope.since else []


def _keys(step: Any, scope: Scope) -> list[ColumnElement[Any]]:
    return [step.c[scope.grain], *(step.c[name] for name in scope.by)]


def _same(one: Any, other: Any, scope: Scope) -> ColumnElement[bool]:
    """The same period and the same combination; missing values of a dimension meet."""
    same = [one.c[scope.grain] == other.c[scope.grain]]
    return and_(*same, *(one.c[name].is_not_distinct_from(other.c[name]) for name in scope.by))
