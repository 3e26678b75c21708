"""What is no honest question about periods: which there are of a figure, and which may stand side by side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.compile.scope import shifted, start_of
from app.errors import QuestionError
from app.made_of import is_by_day, leaves_of
from app.metric_kinds import Metric
from app.question import COARSE, COMPARISONS, GRAINS, MONTHS_OF, Question


def refuse_grain(question: Question, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    """A period of which the figure has no value."""
    if question.grain not in GRAINS:
        raise QuestionError(f"No grain is called {question.grain!r}. Expected one of: {', '.join(GRAINS)}.")
    if metric.grain == "week":
        if question.grain != "week":
            raise QuestionError(f"{metric.name} is by weeks' cohorts: it has no {question.grain}. Ask for weeks.")
        return
    if question.grain not in MONTHS_OF and not is_by_day(metric, metrics):
        by_month = [leaf.name for leaf in leaves_of(metric, metrics) if leaf.grain == "month"]
        whose = "" if by_month == [metric.name] else f" (made of {by_month[0]})"
        raise QuestionError(
            f"{metric.name}{whose} is known by month: a {question.grain} of it would be invented. Ask for months."
        )
    counting = [each for each in _all(metric, metrics) if each.kind in ("cumulative", "change", "cohort")]
    if question.grain != "month" and counting:
        raise QuestionError(
            f"{counting[0].name} counts in months, so that it has no value of a {question.grain}. Ask for months, or "
            f"ask {counting[0].of or 'another metric'} by {question.grain}."
        )
    refuse_coarser(question, metric, metrics)


def refuse_coarser(question: Question, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    """What is kept by day or month in longer periods: sums and counts are made anew, a stored ratio cannot be."""
    if question.grain == "day":
        return
    shorter = [leaf for leaf in leaves_of(metric, metrics) if leaf.grain == "day" or question.grain in COARSE]
    for leaf in shorter:
        if leaf.kind == "simple" and leaf.over_time == "none":
            raise QuestionError(
                f"{leaf.name} is kept by {leaf.grain} and stands for its {leaf.grain} only: neither the sum nor the "
                f"mean of its {leaf.grain}s is that of a {question.grain}. Ask for {leaf.grain}s."
            )
        if leaf.kind == "distinct" and leaf.grain == "month":
            raise QuestionError(
                f"{leaf.name} counts within a month: who is counted in two months of a {question.grain} would be of "
                "both. Ask for months."
            )
    kinds = {"last" if leaf.days else leaf.over_time or "counted" for leaf in shorter}
    if "last" in kinds and kinds & {"sum", "counted"}:
        grain = shorter[0].grain
        raise QuestionError(
            f"{metric.name} divides what adds up over {grain}s by what does not: in a {question.grain} one side would "
            f"grow with its length and the other not. Ask for {grain}s."
        )


def refuse_comparison(question: Question, metric: Metric, metrics: Mapping[str, Metric], today: date) -> None:
    """An earlier period that is no fellow of this one."""
    if question.compare is None:
        return
    if question.compare not in COMPARISONS:
        raise QuestionError(
            f"Nothing can be compared with {question.compare!r}. Expected one of: {', '.join(COMPARISONS)}."
        )
    if metric.kind == "cohort":
        raise QuestionError(
            f"{metric.name} is by cohort: a month before it stands another cohort, not an earlier value of the same. "
            "Ask for its ages, without a comparison."
        )
    _fellow(question)
    running = start_of(today, question.grain)
    if question.include_partial and (question.until is None or question.until >= running):
        _running_month(question, metric, metrics, today)


def _fellow(question: Question) -> None:
    """Only whole months, quarters and years have an earlier period of their own kind to stand beside."""
    if question.grain not in MONTHS_OF:
        raise QuestionError(
            f"A {question.grain} has no fellow a month or a year before: months differ in length. Compare months."
        )
    if COMPARISONS[str(question.compare)] % MONTHS_OF[question.grain]:
        allowed = [name for name, months in COMPARISONS.items() if not months % MONTHS_OF[question.grain]]
        raise QuestionError(
            f"A {question.grain} has no fellow {str(question.compare).replace('_', ' ')}. Expected one of: "
            f"{', '.join(allowed)}."
        )


def _running_month(question: Question, metric: Metric, metrics: Mapping[str, Metric], today: date) -> None:
    """The running month may only be set beside the same span of days."""
    if question.grain in COARSE:
        raise QuestionError(
            f"The {question.grain} is still running: a part of it beside a full one would look like a fall. Leave the "
            f"running {question.grain} out."
        )
    is_plain = all(each.kind not in ("cumulative", "change") for each in _all(metric, metrics))
    if not (is_by_day(metric, metrics) and is_plain):
        raise QuestionError(
            f"The month is still running, and {metric.name} is only known for months as a whole: a part of a month "
            "beside a full one would look like a fall. Leave the running month out, or end with the month before."
        )
    days, start = today.day - 1, shifted(today.replace(day=1), -COMPARISONS[str(question.compare)])
    length = (shifted(start, 1) - start).days
    if days > length:
        raise QuestionError(
            f"The running month has {days} days so far, {start:%Y-%m} has only {length}: there is no equal span to "
            "compare with. Leave the running month out."
        )


def _all(metric: Metric, metrics: Mapping[str, Metric]) -> list[Metric]:
    """A metric and everything it is made of."""
    return [metric, *(each for base in metric.bases for each in _all(metrics[base], metrics))]
