"""The answers that an element was made of as one tidy table: a row for each period and part, exact. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.answers import Answer
from app.export.table import Field, Table, is_name
from app.metrics import Metric, Question
from app.question import GRAINS
from app.receipts.form import spoken
from app.ui.kept import Kept
from app.ui.places import UNKNOWN, shown

WHOLE = "All"
"""What a row says of a dimension that its figure is not split by."""
UNITS = {"usd": "US dollars", "local": "customer's currency", "ratio": "ratio", "count": "number", "times": "times"}
MORE = {"compared": "Compared with", "change": "Difference", "relative": "Relative change"}
NO_NUMBERS = ("value", "age", *MORE)
Targets = Mapping[tuple[str, date], float]


def unit_words(unit: str) -> str:
    """A unit as people write it: usd → US dollars."""
    return UNITS.get(unit, unit)


def figures(kept: Kept, name: str = "Figures", targets: Targets | None = None) -> Table | None:
    """Every answer below each other; None where nothing was asked.

    Args:
        kept: what was read.
        name: of the table.
        targets: (metric, month) → target; a column of its own where there are any.
    """
    asked = [(question, answer) for question, answer in kept.answers.items() if answer.rows]
    if not asked:
        return None
    parts = tuple(dict.fromkeys(name for question, answer in asked for name in dimensions(question, answer)))
    has_age = any("age" in answer.columns for _, answer in asked)
    more = [name for name in MORE if any(name in answer.columns for _, answer in asked)]
    grains = {grain for _, answer in asked for grain in GRAINS if grain in answer.columns}
    period = next(iter(grains)).capitalize() if len(grains) == 1 else "Period"
    fields = (
        Field("Figure"),
        *([Field(period, "day")] if grains else []),
        *(Field(words(each), is_name=is_name(each)) for each in parts),
        *([Field("Age in months", "number", "count")] if has_age else []),
        Field("Value", "number"),
        *(Field(MORE[each], "number") for each in more),
        *([Field("Target", "number")] if targets else []),
        Field("Unit"),
        Field("Why it is missing"),
        Field("Receipt"),
    )
    rows = []
    for _, answer in asked:
        for row, reason in zip(answer.rows, answer.row_reasons, strict=True):
            known = dict(zip(answer.columns, row, strict=True))
            at = next((known[grain] for grain in GRAINS if grain in known), None)
            rows.append((
                answer.metric.label,
                *([at] if grains else []),
                *(said(each, known) for each in parts),
                *([known.get("age")] if has_age else []),
                known["value"],
                *(known.get(each) for each in more),
                *([targets.get((answer.metric.name, at)) if at else None] if targets else []),
                unit_words(answer.metric.unit),
                None if known["value"] is not None else reason or answer.metric.why_null or None,
                spoken(answer.receipt) if answer.receipt else None,
            ))  # fmt: skip
    units = tuple(answer.metric.unit for _, answer in asked for _ in answer.rows)
    return Table(name, fields, tuple(rows), units)


def dimensions(question: Question, answer: Answer) -> Iterable[str]:
    """By what an answer is split."""
    return (name for name in answer.columns if name not in (*GRAINS, *NO_NUMBERS) and name in question.by)


def words(column: str) -> str:
    """company_size → Company size"""
    said = column.replace("_", " ")
    return said[:1].upper() + said[1:]


def said(dimension: str, known: Mapping[str, Any]) -> str:
    """A part by name."""
    if dimension not in known:
        return WHOLE
    value = known[dimension]
    return UNKNOWN if value is None or value == "" else shown(dimension, str(value))


def receipts_of(kept: Kept) -> dict[str, list[str]]:
    """Metric → the receipts of its answers, the first one first."""
    found: dict[str, list[str]] = {}
    for answer in kept.answers.values():
        known = found.setdefault(answer.metric.name, [])
        if answer.receipt and answer.receipt not in known:
            known.append(answer.receipt)
    return found


def metrics_of(kept: Kept) -> dict[str, Metric]:
    """The metrics that were asked for, by name, in their order."""
    return {answer.metric.name: answer.metric for answer in kept.answers.values()}
