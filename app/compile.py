"""From a question about a metric to its SQL: one statement, exact, readable.

The answer always has the columns month, the dimensions asked for, value; one row per month and combination, in
that order. Where the mart says why a month has no value, `reason` follows. Values are `numeric` and never rounded
here. A question that would give a number that lies is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Numeric, Select, and_, case, cast, column, func, literal, select, table
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import CTE

from app.errors import QuestionError
from app.metrics import Metric, Question, closest

OTHER = "Other"


def compile_question(
    question: Question, metrics: Mapping[str, Metric], *, as_of: datetime
) -> Select[Any]:
    """The statement that answers a question.

    Args:
        question: what is asked.
        metrics: the catalogue.
        as_of: the business instant in the reporting time zone; months after it are not shown, and the one it lies
            in only with `include_partial`.

    Returns:
        A select of month, *by, value, ordered by month and dimensions; then reason, for a metric with a reason_column.

    Raises:
        QuestionError: unknown metric or dimension, a split that cannot add up, or an empty span of months.
    """
    metric = metric_of(question.metric, metrics)
    _refuse(question, metric, metrics)
    grid = _grid(metric, question, metrics, as_of.date())
    if question.top is not None:
        return _top(question, metric, metrics, grid.cte("figures"))
    return grid.order_by(column("month"), *(column(name) for name in question.by))


def metric_of(name: str, metrics: Mapping[str, Metric]) -> Metric:
    """The metric of that name.

    Raises:
        QuestionError: there is none.
    """
    if name not in metrics:
        raise QuestionError(
            f"No metric is called {name!r}.{closest(name, metrics)} Expected one of: {', '.join(metrics) or 'none'}."
        )
    return metrics[name]


def marts_of(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The marts a metric is read from, each once."""
    if metric.mart:
        return (metric.mart,)
    found = [mart for base in metric.bases for mart in marts_of(metrics[base], metrics)]
    return tuple(dict.fromkeys(found))


def dimensions_of(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The dimensions a metric may be split by; one made of others without a list of its own: those all have."""
    if metric.dimensions or not metric.bases:
        return metric.dimensions
    first, *others = (dimensions_of(metrics[base], metrics) for base in metric.bases)
    return tuple(name for name in first if all(name in other for other in others))


def is_additive(metric: Metric, metrics: Mapping[str, Metric]) -> bool:
    """Whether the values of a metric's parts add up to the whole."""
    if metric.kind == "multiple":
        return is_additive(metrics[str(metric.of)], metrics)
    return metric.kind == "simple" and metric.aggregate == "sum"


def _refuse(question: Question, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    """Says no, with the reason, to a question that has no honest answer."""
    if question.since and question.until and question.since > question.until:
        raise QuestionError(
            f"The span of months is empty: since {question.since} is after until {question.until}. Expected "
            "since to be the earlier one. Swap them."
        )
    if question.top is not None and (question.top < 1 or not question.by):
        raise QuestionError(
            f"top={question.top} with by={list(question.by)} cannot be answered. Expected at least 1, and a "
            "dimension to rank. Give --by, or leave top out."
        )
    if len(set(question.by)) < len(question.by):
        raise QuestionError(f"A dimension is asked for twice: {', '.join(question.by)}. Expected each once.")
    for name in (*question.by, *(dimension for dimension, _ in question.where)):
        _refuse_dimension(name, metric, metrics)


def _refuse_dimension(name: str, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    allowed = dimensions_of(metric, metrics)
    if name in allowed:
        if metric.aggregate == "none":
            raise QuestionError(
                f"{metric.name} cannot be split by {name!r}: its parts do not add up. Ask for it without a dimension."
            )
        return
    sides = {base: dimensions_of(metrics[base], metrics) for base in metric.bases}
    having = [base for base, dimensions in sides.items() if name in dimensions]
    lacking = [base for base, dimensions in sides.items() if name not in dimensions]
    reason = ""
    if having and lacking:
        reason = f" Only {having[0]} can be split by it, {lacking[0]} cannot, so the ratio would mix cut and whole."
    expected = f"Expected one of: {', '.join(allowed)}.{closest(name, allowed)}" if allowed else "It has no dimensions."
    raise QuestionError(f"{metric.name} cannot be split by {name!r}.{reason} {expected}")


def _grid(metric: Metric, question: Question, metrics: Mapping[str, Metric], today: date) -> Select[Any]:
    """month, *by, value of any kind of metric, unordered."""
    if metric.kind == "multiple":
        base = _grid(metrics[str(metric.of)], question, metrics, today).cte(str(metric.of))
        dimensions = [base.c[name] for name in question.by]
        return select(base.c.month, *dimensions, (base.c.value * metric.factor).label("value"))
    if metric.kind == "ratio":
        return _ratio(metric, question, metrics, today)
    return _simple(metric, question, today)


def _simple(metric: Metric, question: Question, today: date) -> Select[Any]:
    """One pass over a mart whose rows are monthly: kept months and values, aggregated over the other dimensions."""
    schema, _, name = str(metric.mart).partition(".")
    names = dict.fromkeys(
        [metric.time_column, "is_complete", str(metric.column), *question.by, *(d for d, _ in question.where)]
        + ([metric.reason_column] if metric.reason_column else [])
    )
    mart = table(name, *(column(each) for each in names), schema=schema).alias("mart")
    month, value = mart.c[metric.time_column], cast(mart.c[str(metric.column)], Numeric)
    dimensions = [mart.c[each] for each in question.by]
    conditions = [*_months(month, mart.c.is_complete, question, today)]
    for dimension in dict.fromkeys(d for d, _ in question.where):
        wanted = [v for d, v in question.where if d == dimension]
        conditions.append(mart.c[dimension].in_(wanted) if len(wanted) > 1 else mart.c[dimension] == wanted[0])
    if metric.aggregate == "none":
        reason = [mart.c[metric.reason_column].label("reason")] if metric.reason_column else []
        return select(month.label("month"), value.label("value"), *reason).where(*conditions)
    total = func.max(value) if metric.aggregate == "max" else func.sum(value)
    return (
        select(month.label("month"), *dimensions, total.label("value")).where(*conditions).group_by(month, *dimensions)
    )


def _months(
    month: ColumnElement[date], is_complete: ColumnElement[bool], question: Question, today: date
) -> list[ColumnElement[bool]]:
    """Which months: none after the business instant, the running one only on demand."""
    this_month = today.replace(day=1)
    conditions = [month <= this_month] if question.include_partial else [month < this_month, is_complete]
    if question.since:
        conditions.append(month >= question.since.replace(day=1))
    if question.until:
        conditions.append(month <= question.until.replace(day=1))
    return conditions


def _ratio(
    metric: Metric, question: Question, metrics: Mapping[str, Metric], today: date
) -> Select[Any]:
    """Both sides summed first, then divided: a ratio is never averaged. No denominator, or one of 0: null."""
    above = _grid(metrics[str(metric.numerator)], question, metrics, today).cte("numerator")
    below = _grid(metrics[str(metric.denominator)], question, metrics, today).cte("denominator")
    same = [below.c.month == above.c.month]
    same += [below.c[name].is_not_distinct_from(above.c[name]) for name in question.by]
    value = above.c.value / func.nullif(below.c.value, 0)
    dimensions = [below.c[name] for name in question.by]
    return select(below.c.month, *dimensions, value.label("value")).select_from(below.outerjoin(above, and_(*same)))


def _top(question: Question, metric: Metric, metrics: Mapping[str, Metric], grid: CTE) -> Select[Any]:
    """The largest combinations of the latest month in every month; the rest as one, where parts add up."""
    names = question.by
    latest = select(func.max(grid.c.month)).scalar_subquery()
    ranked = (
        select(*(grid.c[name] for name in names), literal(True).label("is_top"))
        .where(grid.c.month == latest)
        .order_by(grid.c.value.desc().nulls_last(), *(grid.c[name] for name in names))
        .limit(question.top)
        .cte("largest")
    )
    same = and_(*(grid.c[name].is_not_distinct_from(ranked.c[name]) for name in names))
    if not is_additive(metric, metrics):
        dimensions = [grid.c[name] for name in names]
        kept = select(grid.c.month, *dimensions, grid.c.value).select_from(grid.join(ranked, same))
        return kept.order_by(grid.c.month, *dimensions)
    folded = [case((ranked.c.is_top, grid.c[name]), else_=OTHER).label(name) for name in names]
    parts = select(grid.c.month, *folded, grid.c.value).select_from(grid.outerjoin(ranked, same)).cte("parts")
    dimensions = [parts.c[name] for name in names]
    return (
        select(parts.c.month, *dimensions, func.sum(parts.c.value).label("value"))
        .group_by(parts.c.month, *dimensions)
        .order_by(parts.c.month, *dimensions)
    )
