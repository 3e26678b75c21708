"""Filters of a question: a value that no row has ever had is a slip of the pen, not a figure of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Select, select

from app.compile.cohorts import AGE
from app.compile.scope import rows_of
from app.errors import QuestionError
from app.metrics import Question

MOST_SHOWN = 10


def doubtful(question: Question, rows: Sequence[Any]) -> tuple[str, ...]:
    """The dimensions whose filter may name a value that does not exist, each once.

    Where there are rows, a single value of a dimension exists; of several, one may still be misspelt. One that is left
    out may always be: its name wrong, nothing is left out, and nobody would see it. Ages of a cohort are no names.
    """
    names = [name for name, _ in question.where if name != AGE]
    out = [name for name, _ in question.unless]
    return tuple(name for name in dict.fromkeys((*names, *out)) if not rows or name in out or names.count(name) > 1)


def asked_of(question: Question) -> dict[str, Any]:
    """A question as the audit keeps it: what every question has, and of the rest what was asked."""
    plain = {"by": question.by, "where": question.where, "since": question.since, "until": question.until}
    usual = Question(question.metric)
    rest = ("unless", "dated", "grain", "compare", "average", "top")
    said = {name: getattr(question, name) for name in rest if getattr(question, name) != getattr(usual, name)}
    return plain | said


def select_values(mart: str, dimension: str, known: datetime | None = None) -> Select[Any]:
    """The statement that reads every value of a dimension, in all months of a mart, as it is or was known."""
    return select(rows_of(mart, (dimension,), known).c[dimension]).distinct()


def refuse_unknown(metric: str, dimension: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    """Says no to a value that the dimension never had. Where nothing is loaded yet, nothing can be said.

    A value that exists, but has no row in the months asked for, is none of these: its answer has no rows.

    Raises:
        QuestionError: there is none of that name; the message lists what there is, the closest first.
    """
    unknown = [value for value in wanted if value not in known]
    if not known or not unknown:
        return
    near = sorted(known, key=lambda value: (-_likeness(unknown[0], value), value))
    more = f" and {len(near) - MOST_SHOWN} more" if len(near) > MOST_SHOWN else ""
    raise QuestionError(
        f"{metric} has no {dimension} called {unknown[0]!r}, in any month. Expected one of: "
        f"{', '.join(near[:MOST_SHOWN])}{more}. Take one of them, as it is written here, or leave the filter out."
    )


def _likeness(found: str, known: str) -> float:
    return SequenceMatcher(None, found.casefold(), known.casefold()).ratio()
