"""What is no honest question: each refusal says what is wrong, why the number would lie, and what to ask instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.compile.cohorts import AGE
from app.compile.refused_periods import refuse_coarser, refuse_comparison, refuse_grain
from app.compile.scope import SIGNS, grouped
from app.errors import QuestionError
from app.made_of import apart_of, date_dimensions_of, dimensions_of, is_local, leaves_of
from app.metric_kinds import Metric, closest
from app.question import Question

FIRST_YEAR, LAST_YEAR = 1900, 2999
TIMES = ("day", "week", "month", "quarter", "year", "date")


def refuse(question: Question, metric: Metric, metrics: Mapping[str, Metric], today: date) -> None:
    """Says no, with the reason, to a question that has no honest answer.

    Raises:
        QuestionError: always with what to ask instead.
    """
    _span(question)
    _top(question, metric, metrics)
    if len(set(question.by)) < len(question.by):
        raise QuestionError(f"A dimension is asked for twice: {', '.join(question.by)}. Expected each once.")
    for name in question.dimensions:
        if not (metric.kind == "cohort" and name == AGE and name not in question.by):
            _dimension(name, metric, metrics)
    _filters(question, metric, metrics)
    _stored_cuts(question, metric, metrics)
    _currencies(question, metric, metrics)
    _apart(question, metric, metrics)
    refuse_grain(question, metric, metrics)
    _cohorts(question, metric)
    refuse_comparison(question, metric, metrics, today)


def simplest(metric: Metric, metrics: Mapping[str, Metric]) -> Question:
    """The plainest question about a metric that has an honest answer: by month, undivided, where it can be."""
    by = ("currency",) if is_local(metric, metrics) else ()
    by = tuple(dict.fromkeys((*by, *apart_of(metric, metrics))))
    if metric.kind == "cohort":
        return Question(metric.name, by=by, grain=metric.grain)
    try:
        refuse_coarser(Question(metric.name), metric, metrics)
    except QuestionError:
        return Question(metric.name, by=by, grain="day")
    return Question(metric.name, by=by)


def _span(question: Question) -> None:
    for name, day in (("since", question.since), ("until", question.until)):
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise QuestionError(
                f"{name} is {day}, a year that no figure is of. Expected one from {FIRST_YEAR} to {LAST_YEAR}. "
                "Correct it, or leave it out for all there are."
            )
    if question.since and question.until and question.since > question.until:
        raise QuestionError(
            f"The span of months is empty: since {question.since} is after until {question.until}. Expected "
            "since to be the earlier one. Swap them."
        )


def _top(question: Question, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    if question.top is None:
        return
    if question.top < 1 or not question.by:
        raise QuestionError(
            f"top={question.top} with by={list(question.by)} cannot be answered. Expected at least 1, and a "
            "dimension to rank. Give --by, or leave top out."
        )
    apart = [name for name in apart_of(metric, metrics) if name in question.by]
    if apart:
        raise QuestionError(
            f"The largest of {metric.name} cannot be ranked over {apart[0]}: of it one value at a time is shown, and "
            "the rest would mix them. Leave top out, or filter to the values you mean."
        )
    if question.compare or metric.kind == "cohort" or metric.days:
        what = "a cohort metric" if metric.kind == "cohort" else "a window of days"
        what = "a comparison" if question.compare else what
        raise QuestionError(
            f"top={question.top} cannot be asked of {what}: the rest would be made of other parts in each of what is "
            "set side by side. Leave top out, or filter to the parts you mean."
        )
    if is_local(metric, metrics) and len(grouped(question.where).get("currency", [])) != 1:
        raise QuestionError(
            f"The largest of {metric.name} cannot be ranked over currencies: 100 JPY is not more than 90 EUR, and "
            "their rest has no sum. Filter to one currency first."
        )


def _dimension(name: str, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    allowed = dimensions_of(metric, metrics)
    if name in allowed:
        if metric.aggregate == "none" and name not in metric.apart and not metric.cut_column:
            raise QuestionError(
                f"{metric.name} cannot be split by {name!r}: its parts do not add up. Ask for it without a dimension."
            )
        return
    if name in TIMES:
        raise QuestionError(
            f"{name!r} is no dimension of {metric.name}: an answer has one row per period anyway. Use since, until and "
            "grain for time."
        )
    sides = {base: dimensions_of(metrics[base], metrics) for base in metric.bases}
    having = [base for base, dimensions in sides.items() if name in dimensions]
    lacking = [base for base, dimensions in sides.items() if name not in dimensions]
    reason = ""
    if having and lacking:
        whole = "ratio" if metric.kind == "ratio" else "figure"
        reason = f" Only {having[0]} can be split by it, {lacking[0]} cannot, so the {whole} would mix cut and whole."
    expected = f"Expected one of: {', '.join(allowed)}.{closest(name, allowed)}" if allowed else "It has no dimensions."
    raise QuestionError(f"{metric.name} cannot be split by {name!r}.{reason} {expected}")


def _filters(question: Question, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    kept, left_out = grouped(question.where), grouped(question.unless)
    for dimension, values in left_out.items():
        both = [value for value in values if value in kept.get(dimension, [])]
        if both:
            raise QuestionError(
                f"{dimension} {both[0]!r} is asked to be kept and to be left out: nothing is both, and no rows would "
                "look like a figure of nothing. Take one of the two filters away."
            )
    dated = date_dimensions_of(metric, metrics)
    for dimension, sign, _ in question.dated:
        if sign not in SIGNS:
            raise QuestionError(f"No comparison is written {sign!r}. Expected one of: {', '.join(SIGNS)}.")
        if dimension not in dated:
            raise QuestionError(
                f"{dimension} of {metric.name} cannot be compared by {sign!r}: it holds names, which would be compared "
                f"letter by letter. Expected one of its dates: {', '.join(dated) or 'none'}. Filter by value instead."
            )


def _stored_cuts(question: Question, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    """What is stored for each part, such as a median, is there of one part at a time; several make no whole."""
    leaf = next((leaf for leaf in leaves_of(metric, metrics) if leaf.cut_column), None)
    if leaf is None:
        return
    of = f"{metric.name} is" if leaf is metric else f"{metric.name} is made of {leaf.name}, which is"
    if len(question.dimensions) > 1:
        raise QuestionError(
            f"{of} stored by one dimension at a time: of {' and '.join(question.dimensions)} together nothing is "
            "known, and the values of parts cannot be put together. Ask by one of them."
        )
    asked_apart = set(question.by)
    for dimension, values in grouped(question.where).items():
        if dimension not in asked_apart and len(values) > 1:
            raise QuestionError(
                f"{of} stored for each {dimension}: a value of {' and '.join(values)} together cannot be made of "
                f"theirs. Ask by {dimension}, or for one of them."
            )
    beyond = [dimension for dimension, _ in question.unless if dimension not in asked_apart]
    if beyond:
        raise QuestionError(
            f"{of} stored for each {beyond[0]}: the whole without one of them cannot be made of it. Ask by {beyond[0]}."
        )


def _currencies(question: Question, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    """Money in the customers' own currencies is only shown one currency at a time."""
    if not is_local(metric, metrics) or "currency" in question.by:
        return
    wanted = grouped(question.where).get("currency", [])
    if len(wanted) != 1:
        found = f"found {len(wanted)} of them: {', '.join(wanted)}" if wanted else "found no filter"
        raise QuestionError(
            f"{metric.name} is in the customers' own currencies, which have no sum: 100 EUR and 100 JPY are not 200 of "
            f"anything. Expected by currency, or a filter to one currency; {found}."
        )


def _apart(question: Question, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    """What only means something one at a time, such as the steps of a funnel, is never thrown together."""
    for name in apart_of(metric, metrics):
        wanted = grouped(question.where).get(name, [])
        if name not in question.by and len(wanted) != 1:
            found = f"found {len(wanted)} of them: {', '.join(wanted)}" if wanted else "found no filter"
            raise QuestionError(
                f"{metric.name} has a value for each {name}, and over several of them none that means anything. "
                f"Expected by {name}, or a filter to one; {found}."
            )


def _cohorts(question: Question, metric: Metric) -> None:
    if question.average and metric.kind != "cohort":
        raise QuestionError(
            f"{metric.name} has no cohorts to average; a mean of its months would weigh each alike. Leave it out, or "
            "ask a cohort metric."
        )
    for value in grouped(question.where).get(AGE, []) if metric.kind == "cohort" else []:
        if not value.isascii() or not value.isdigit() or len(value) > 4:
            raise QuestionError(f"{value!r} is no age of a cohort. Expected whole {metric.grain}s, 0 for its first.")
    if metric.kind == "cohort" and any(name == AGE for name, _ in question.unless):
        raise QuestionError("Ages of a cohort cannot be left out. Expected the ages to keep, such as age=3.")
