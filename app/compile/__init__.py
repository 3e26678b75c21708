"""From a question about a metric to its SQL: one statement, exact, readable.

The answer has one row per period and combination of the dimensions asked for, in that order; `columns_of` names its
columns. Values are `numeric` and never rounded here. A question that would give a number that lies is refused.

    refusals     what is no honest question, and why; of periods: refused_periods
    scope        which periods and rows: shared by all that is read for one answer
    rows         metrics that read a mart: simple, distinct
    coarser      a mart in longer periods than its own
    trailing     distinct within so many days
    cohorts      metrics that read a mart: cohort
    grids        metrics made of others: ratio, multiple, derived, cumulative, change
    comparison   a value beside that of a month or a year before
    largest      the largest parts, and the rest
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select

from app.compile.cohorts import select_cohorts
from app.compile.comparison import select_compared
from app.compile.grids import grid_of, says_why
from app.compile.largest import select_largest
from app.compile.refusals import refuse, simplest
from app.compile.scope import Scope
from app.made_of import Additivity, additivity_of, dimensions_of, is_additive, marts_of, metric_of
from app.metric_kinds import Metric
from app.question import Question

__all__ = [
    "Additivity", "additivity_of", "columns_of", "compile_question", "dimensions_of", "is_additive", "marts_of",
    "metric_of", "simplest",
]  # fmt: skip


def compile_question(
    question: Question, metrics: Mapping[str, Metric], *, as_of: datetime, known: datetime | None = None
) -> Select[Any]:
    """The statement that answers a question.

    Args:
        question: what is asked.
        metrics: the catalogue.
        as_of: the business instant in the reporting time zone; periods after it are not shown, and the one it lies
            in only with `include_partial`.
        known: when the build was remembered whose rows are read; none for what readers see now.

    Returns:
        A select of the columns of `columns_of`, ordered by period and dimensions.

    Raises:
        QuestionError: the question has no honest answer; the message says why and what to ask instead.
    """
    metric = metric_of(question.metric, metrics)
    today = as_of.date()
    refuse(question, metric, metrics, today)
    scope = Scope.of(question, metrics, today, known)
    if metric.kind == "cohort":
        return select_cohorts(metric, question, scope)
    if question.compare:
        return select_compared(metric, question, scope)
    if question.top is not None:
        return select_largest(metric, question, scope)
    grid = grid_of(metric, scope)
    order = [grid.selected_columns[name] for name in (question.grain, *question.by)]
    return grid.order_by(*order)


def columns_of(question: Question, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The names of the answer's columns: period, dimensions, value, what it is compared with; last, where a metric
    can say why a value is missing, `reason`.
    """
    metric = metric_of(question.metric, metrics)
    if metric.kind == "cohort":
        ages = ("age",) if question.average else (question.grain, "age")
        return (*ages, *question.by, "value", "reason")
    compared = ("compared", "change", "relative") if question.compare else ()
    reason = ("reason",) if question.compare or says_why(metric, metrics, question.grain) else ()
    return (question.grain, *question.by, "value", *compared, *reason)
