"""What a metric is made of: its marts, the dimensions and the grain that all of its parts share, and how it adds up.

How each kind adds up over time and over dimensions is decided here and nowhere else, with the reason in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from app.errors import QuestionError
from app.formula import is_linear, parse
from app.metric_kinds import Metric

QUOTIENTS = ("ratio", "cohort")
MOST_NEAR = 3
"""Names that are suggested for one that there is not."""


@dataclass(frozen=True)
class Additivity:
    """Whether the values of parts make up the whole.

    Attributes:
        over_time: whether the values of months add up to that of a quarter or year.
        over_dimensions: the dimensions whose parts add up to the undivided value.
        why_over_time, why_over_dimensions: the reason, a sentence.
    """

    over_time: bool
    over_dimensions: tuple[str, ...]
    why_over_time: str
    why_over_dimensions: str


def metric_of(name: str, metrics: Mapping[str, Metric]) -> Metric:
    """The metric of that name.

    Raises:
        QuestionError: there is none.
    """
    if name not in metrics:
        near = get_close_matches(name, metrics, n=MOST_NEAR, cutoff=0.4)
        meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise QuestionError(f"No metric is called {name!r}.{meant} `plumbline metrics` lists them all.")
    return metrics[name]


def leaves_of(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[Metric, ...]:
    """The metrics at the bottom, which read a mart themselves, each once."""
    if not metric.bases:
        return (metric,)
    found = [leaf for base in metric.bases for leaf in leaves_of(metrics[base], metrics)]
    return tuple({leaf.name: leaf for leaf in found}.values())


def marts_of(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The marts a metric is read from, each once."""
    return tuple(dict.fromkeys(str(leaf.mart) for leaf in leaves_of(metric, metrics)))


def dimensions_of(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The dimensions a metric may be split by; one made of others without a list of its own: those all have."""
    if metric.dimensions or not metric.bases:
        return metric.dimensions
    first, *others = (dimensions_of(metrics[base], metrics) for base in metric.bases)
    return tuple(name for name in first if all(name in other for other in others))


def date_dimensions_of(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The dimensions whose values are dates in every mart the metric is read from."""
    leaves = leaves_of(metric, metrics)
    dated = [name for name in leaves[0].date_dimensions if all(name in leaf.date_dimensions for leaf in leaves)]
    return tuple(name for name in dated if name in dimensions_of(metric, metrics))


def apart_of(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The dimensions of which one value at a time is shown: those of all it is made of."""
    found = [name for leaf in (metric, *leaves_of(metric, metrics)) for name in leaf.apart]
    return tuple(dict.fromkeys(found))


def is_by_day(metric: Metric, metrics: Mapping[str, Metric]) -> bool:
    """Whether everything it is made of is known by day."""
    return all(leaf.grain == "day" for leaf in leaves_of(metric, metrics))


def is_local(metric: Metric, metrics: Mapping[str, Metric]) -> bool:
    """Whether it holds money in the customers' own currencies, which have no sum."""
    return any(leaf.unit == "local" for leaf in (metric, *leaves_of(metric, metrics)))


def is_quotient(metric: Metric, metrics: Mapping[str, Metric]) -> bool:
    """Whether its values are divisions, of which neither sum nor division means anything without their bases."""
    if metric.kind in QUOTIENTS or (metric.kind == "change" and metric.change == "relative"):
        return True
    if metric.kind == "derived":
        return not is_linear(parse(str(metric.formula)))
    return bool(metric.of) and is_quotient(metrics[str(metric.of)], metrics)


def is_additive(metric: Metric, metrics: Mapping[str, Metric], by: tuple[str, ...] = ()) -> bool:
    """Whether the values of these dimensions' parts add up to the whole; of all its dimensions where none is named."""
    over = additivity_of(metric, metrics).over_dimensions
    return set(by or dimensions_of(metric, metrics)) <= set(over) and bool(over)


def additivity_of(metric: Metric, metrics: Mapping[str, Metric]) -> Additivity:
    """How a metric adds up, by its kind."""
    if metric.kind == "simple":
        return _of_simple(metric)
    if metric.kind == "multiple":
        return additivity_of(metrics[str(metric.of)], metrics)
    if metric.kind == "derived":
        return _of_derived(metric, metrics)
    if metric.kind in ("cumulative", "change"):
        return _of_window(metric, metrics)
    why = {
        "ratio": "A ratio divides sums; sums or means of ratios forget how large each one's base is.",
        "distinct": "Who is in two parts, or in two months, would count twice; each cut is counted anew.",
        "cohort": "What is left of each cohort is a ratio to its own base.",
    }[metric.kind]
    return Additivity(False, (), why, why)


def _of_simple(metric: Metric) -> Additivity:
    time = {
        "sum": (True, "A flow: what happened in each period adds up."),
        "first": (False, "An opening: a longer period opens with its first value, openings of several are no sum."),
        "last": (False, "A stock: a longer period closes with its last value, stocks of several closes are no sum."),
        "none": (False, "It stands for its own period only."),
    }[metric.over_time or "none"]
    if metric.aggregate != "sum":
        why = {
            "max": "The largest of parts is the whole's; their sum is not.",
            "median": "The middle one of all rows is not made of the middle ones of its parts.",
            "none": "The mart has one row a period, which cannot be split.",
            "stored": "The value of each part is stored by itself: neither sum nor mean of them is the whole's.",
        }["stored" if metric.cut_column else metric.aggregate or "none"]
        return Additivity(time[0], (), time[1], why)
    if metric.apart:
        rest = tuple(name for name in metric.dimensions if name not in metric.apart)
        return Additivity(time[0], rest, time[1], f"Of {', '.join(metric.apart)} one value at a time is shown.")
    if metric.unit == "local":
        rest = tuple(name for name in metric.dimensions if name != "currency")
        return Additivity(time[0], rest, time[1], "Within one currency; amounts in different currencies have no sum.")
    return Additivity(time[0], metric.dimensions, time[1], "Every row of the mart belongs to one value of each.")


def _of_derived(metric: Metric, metrics: Mapping[str, Metric]) -> Additivity:
    if not is_linear(parse(str(metric.formula))):
        why = "The formula divides or multiplies its parts: it is worked out anew for each cut."
        return Additivity(False, (), why, why)
    bases = [additivity_of(metrics[name], metrics) for name in metric.parts]
    flows = all(base.over_time for base in bases)
    why_time = "A sum of flows." if flows else "One of its parts does not add up over time."
    if len(marts_of(metric, metrics)) > 1 and set(metric.parts) - set(metric.missing):
        why = "Its parts are of several marts: where one of them has no row the sum is not known."
        return Additivity(flows, (), why_time, why)
    over = [name for name in dimensions_of(metric, metrics) if all(name in base.over_dimensions for base in bases)]
    why = "A sum of what adds up." if over else "One of its parts does not add up over dimensions."
    return Additivity(flows, tuple(over), why_time, why)


def _of_window(metric: Metric, metrics: Mapping[str, Metric]) -> Additivity:
    base = additivity_of(metrics[str(metric.of)], metrics)
    over = tuple(name for name in dimensions_of(metric, metrics) if name in base.over_dimensions)
    if metric.kind == "cumulative":
        why_time = "Each month holds the months before it already."
        return Additivity(False, over, why_time, base.why_over_dimensions)
    why_time = "Each change has an earlier month of its own."
    if metric.change == "relative":
        return Additivity(False, (), why_time, "Relative changes forget how large each part is.")
    if not metric.missing:
        return Additivity(False, (), why_time, "A part without an earlier value has no change; the whole has one.")
    return Additivity(False, over, why_time, base.why_over_dimensions)
