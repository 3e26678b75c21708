"""What holds between the fields of a metric, and between metrics made of one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.formula import Node, Number, Operation, Part, parse, parts_of
from app.made_of import additivity_of, dimensions_of, is_local, is_quotient
from app.metric_kinds import Metric, closest


@dataclass(frozen=True)
class Mistake:
    """A field that is wrong: what was found, and what is allowed."""

    field: str
    found: object
    allowed: str


def mistake_alone(metric: Metric) -> Mistake | None:
    """The first mistake that one file shows by itself."""
    if metric.reason_column and metric.aggregate != "none":
        only = "nothing: only a metric with `aggregate: none` has one reason per month"
        return Mistake("reason_column", metric.reason_column, only)
    if metric.grain == ("day" if metric.kind == "cohort" else "week"):
        return Mistake("grain", metric.grain, "month; or week of a cohort metric, day of any other")
    if metric.cut_column and metric.aggregate != "none":
        return Mistake("cut_column", metric.cut_column, "nothing: what adds up is added, not stored for each cut")
    stored_whole = set(metric.dimensions) == set(metric.apart)
    if metric.aggregate == "none" and stored_whole == bool(metric.cut_column):
        only = "`cut_column` with `dimensions`: what does not add up is known of a part only where it is stored"
        return Mistake("dimensions", list(metric.dimensions), only)
    if metric.cut_column and metric.grain == "day":
        return Mistake("grain", "day", "a metric by month: closes by day are not stored for each cut")
    if metric.grain == "day" and metric.time_column == "month":
        return Mistake("grain", "day", "`time_column` too, the mart's column that holds the day")
    if metric.over_time == "first" and metric.grain != "month":
        return Mistake("over_time", "first", "last or sum: what opens a period is only known of marts by month")
    if metric.days and metric.grain != "day":
        return Mistake("days", metric.days, "a metric with `grain: day`: a window of days is not known by month")
    beyond = [name for name in metric.date_dimensions if name not in metric.dimensions]
    if beyond:
        return Mistake(
            "date_dimensions", beyond[0], f"some of its dimensions: {', '.join(metric.dimensions) or 'none'}"
        )
    beyond = [name for name in metric.apart if name not in metric.dimensions]
    if beyond:
        return Mistake("apart", beyond[0], f"some of its dimensions: {', '.join(metric.dimensions) or 'none'}")
    if metric.kind == "cohort" and "age" in metric.dimensions:
        return Mistake("dimensions", "age", "no dimension called so: the ages of a cohort are in every answer")
    if metric.kind == "distinct" and metric.unit != "count":
        return Mistake("unit", metric.unit, "'count': a distinct metric counts")
    if metric.unit == "local" and metric.mart and "currency" not in metric.dimensions:
        only = "`currency` among the dimensions: amounts in different currencies can only be shown apart"
        return Mistake("unit", "local", only)
    if metric.window and (metric.window == "trailing") != (metric.months is not None):
        allowed = "months: with `window: trailing`, and only with it, a number of months"
        return Mistake("months", metric.months, allowed)
    if metric.formula:
        try:
            parse(metric.formula)
        except ValueError as error:
            return Mistake("formula", metric.formula, str(error))
    return None


def mistake_among(metric: Metric, metrics: Mapping[str, Metric], *, deep: bool) -> Mistake | None:
    """The first mistake in what a metric is made of.

    Args:
        metric: which.
        metrics: all there are.
        deep: also what depends on the metrics it is made of, whose own names and circles were checked before.
    """
    if not deep:
        return _unknown_base(metric, metrics) or _circle(metric, metrics)
    return (
        _not_made_of_such(metric, metrics)
        or _too_many_dimensions(metric, metrics)
        or _missing(metric, metrics)
        or _units(metric, metrics)
    )


def _fields(metric: Metric) -> list[tuple[str, str]]:
    """The fields that name other metrics, with the name."""
    told = [(field, getattr(metric, field)) for field in ("numerator", "denominator", "of")]
    return [(field, base) for field, base in told if base] + [("formula", part) for part in metric.parts]


def _unknown_base(metric: Metric, metrics: Mapping[str, Metric]) -> Mistake | None:
    for field, base in _fields(metric):
        if base not in metrics or base == metric.name:
            return Mistake(field, base, "the name of another metric." + closest(base, metrics))
    return None


def _circle(metric: Metric, metrics: Mapping[str, Metric]) -> Mistake | None:
    """A metric that is, over others, made of itself."""
    waiting = [(metric.name, base) for base in metric.bases]
    seen: set[str] = set()
    while waiting:
        *before, last = waiting.pop()
        if last == metric.name:
            field = next(field for field, base in _fields(metric) if base == (*before, last)[1])
            way = " → ".join((*before, last))
            return Mistake(field, way, "metrics that are not made of this one: it would be explained by itself")
        if last in metrics and last not in seen:
            seen.add(last)
            waiting.extend((*before, last, base) for base in metrics[last].bases)  # type: ignore[misc]
    return None


def _not_made_of_such(metric: Metric, metrics: Mapping[str, Metric]) -> Mistake | None:
    for field, name in _fields(metric):
        base = metrics[name]
        if base.kind == "cohort":
            return Mistake(field, name, "a metric with one value a month; a cohort metric has one per cohort and age")
        if metric.kind in ("ratio", "multiple") and is_quotient(base, metrics):
            return Mistake(field, name, "a metric that is no ratio itself: ratios don't add up")
        if metric.kind == "cumulative" and not additivity_of(base, metrics).over_time:
            why = additivity_of(base, metrics).why_over_time
            return Mistake(field, name, f"a flow, whose months add up. {why}")
    return None


def _too_many_dimensions(metric: Metric, metrics: Mapping[str, Metric]) -> Mistake | None:
    for _, name in _fields(metric):
        has = dimensions_of(metrics[name], metrics)
        beyond = [dimension for dimension in metric.dimensions if dimension not in has]
        if beyond:
            return Mistake("dimensions", beyond[0], f"dimensions that {name} has too: {', '.join(has) or 'none'}")
    if metric.bases and is_local(metric, metrics) and "currency" not in dimensions_of(metric, metrics):
        return Mistake(
            "unit", metric.unit, "parts that can all be split by `currency`, since one of them is in local money"
        )
    return None


def _missing(metric: Metric, metrics: Mapping[str, Metric]) -> Mistake | None:
    for name in metric.missing:
        if name not in metric.bases:
            return Mistake(f"missing.{name}", "zero", f"one of its parts: {', '.join(metric.bases)}")
        base = metrics[name]
        if base.unit != "count" and not additivity_of(base, metrics).over_time:
            why = "a count or a flow, of which a month without a row has none; a missing stock or ratio is not known"
            return Mistake(f"missing.{name}", "zero", why)
    return None


def _units(metric: Metric, metrics: Mapping[str, Metric]) -> Mistake | None:
    """A figure has the unit of what it is made of; what a formula multiplies may be anything."""
    own = "any"
    if metric.formula:
        mixed = _mixed(parse(metric.formula), metrics)
        if mixed:
            return Mistake("formula", metric.formula, mixed)
        own = _unit(parse(metric.formula), metrics)
    if metric.kind in ("cumulative", "change"):
        own = "ratio" if metric.change == "relative" else pure(metrics[str(metric.of)].unit)
    if own not in ("any", pure(metric.unit)):
        return Mistake("unit", metric.unit, f"{own!r}, the unit of what it is made of")
    return None


def pure(unit: str) -> str:
    """The unit that a figure is reckoned in: what is said in times is a ratio as well as what is said in per cent."""
    return "ratio" if unit == "times" else unit


def _mixed(node: Node, metrics: Mapping[str, Metric]) -> str:
    """What is wrong where a formula adds different units; nothing where it does not."""
    if not isinstance(node, Operation):
        return ""
    left, right = _unit(node.left, metrics), _unit(node.right, metrics)
    if node.sign in "+-" and "any" not in (left, right) and left != right:
        return f"+ and - between equal units, not {left} {node.sign} {right}"
    return _mixed(node.left, metrics) or _mixed(node.right, metrics)


def _unit(node: Node, metrics: Mapping[str, Metric]) -> str:
    """The unit of a node; `any` of a constant, and of products that no unit has a name for."""
    if isinstance(node, Part):
        return pure(metrics[node.name].unit)
    if isinstance(node, Number) or not parts_of(node):
        return "any"
    left, right = _unit(node.left, metrics), _unit(node.right, metrics)
    if node.sign in "+-":
        return right if left == "any" else left
    if node.sign == "/" and left == right:
        return "ratio"
    if right == "any" and not parts_of(node.right):
        return left
    return right if node.sign == "*" and left == "any" and not parts_of(node.left) else "any"
