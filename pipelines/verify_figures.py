"""Each certified metric, whole and by its dimensions, in the company's books and as the warehouse answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.access import OPERATOR
from app.metrics import Metric, catalogue
from app.question import Question
from app.warehouse import Warehouse

Cut = tuple[str, tuple[str, ...]]
"""A metric and the dimensions it is cut by."""
Known = Mapping[tuple[Any, ...], Fraction]
"""(first day of the month, *the dimensions' values) → the figure."""

DIVIDED = ("ratio", "change", "cohort")
OPENED_WITH = "cash_balance"
"""The books were opened with a balance, which the bank's file has and no month of theirs."""
NEAR = Fraction(1, 10**9)
"""What is divided is a fraction in the books and has some twenty digits in the warehouse: so near, of the figure."""


def answers(warehouse: Warehouse, cut: Cut, as_of: datetime, *, since: date) -> dict[tuple[Any, ...], Fraction]:
    """What the warehouse answers, as everybody is answered; rows without a value are left out.

    Args:
        warehouse: who is asked, as an operator.
        cut: what is asked.
        as_of: the company's instant.
        since: the month with which the books begin.
    """
    metric, by = cut
    grain = catalogue()[metric].grain if catalogue()[metric].kind == "cohort" else "month"
    question = Question(metric, by=by, include_partial=True, grain=grain)
    answer = warehouse.answer(OPERATOR, question, as_of=as_of, with_receipt=False)
    found = {tuple(key): Fraction(Decimal(value)) for *key, value in answer.rows if value is not None}
    return {key: value for key, value in found.items() if metric != OPENED_WITH or key[0] >= since}


def differing(cut: Cut, theirs: Known, ours: Known) -> Iterator[tuple[date, str, Decimal | None, Decimal | None]]:
    """Where the two do not say the same: the month, which part, what the books say, what the warehouse says.

    Of a part that adds up to the whole, none is as good as zero; the whole of a month is there or is not.
    """
    metric, by = cut
    adds_up = _adds_up(catalogue()[metric])
    nothing = Fraction(0) if by and adds_up and catalogue()[metric].aggregate != "none" else None
    for key in sorted(theirs.keys() | ours.keys(), key=str):
        expected, found = theirs.get(key, nothing), ours.get(key, nothing)
        if expected is None or found is None:
            same = expected is found
        else:
            same = expected == found if adds_up else abs(expected - found) <= NEAR * max(Fraction(1), abs(expected))
        if not same:
            month, *parts = key
            names = ("age", *by) if catalogue()[metric].kind == "cohort" else by
            named = ", ".join(f"{name} {part}" for name, part in zip(names, parts, strict=True))
            yield month, named, _plain(expected), _plain(found)


def _adds_up(metric: Metric) -> bool:
    """Whether the parts of it are parts of a sum, and so known to the cent."""
    is_stored = metric.aggregate in ("none", "median") and bool(metric.apart or metric.cut_column)
    return metric.kind not in DIVIDED and "/" not in (metric.formula or "") and not is_stored


def _plain(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)
