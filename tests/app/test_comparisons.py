"""Comparisons: whatever can be compared is set beside its own value of a month or a year before."""

from __future__ import annotations

from typing import Any

import pytest

from app.compile import dimensions_of
from app.compile.scope import shifted
from app.made_of import is_local
from app.metrics import Question
from app.warehouse import Warehouse

from .test_traps import ask, trapped

__all__ = ["trapped"]
CANNOT_BE_COMPARED = ("kept_part", "stored_rate", "paid_of_balance", "stickiness", "not_built")
"""A cohort metric, and what is only known by day, or not at all."""


@pytest.mark.parametrize(("compare", "months"), [("month_before", 1), ("year_before", 12)])
def test_whatever_can_be_compared_is_set_beside_its_own_earlier_value(
    trapped: Warehouse, compare: Any, months: int
) -> None:
    """Undivided and by each dimension: sums so far and growth rates as well, made of earlier months as they are."""
    compared = 0
    for name in sorted(trapped._metrics):
        if name in CANNOT_BE_COMPARED:
            continue
        metric = trapped._metrics[name]
        for by in ((), *((dimension,) for dimension in dimensions_of(metric, trapped._metrics))):
            if is_local(metric, trapped._metrics) and by != ("currency",):
                continue
            plain = {row[:-1]: row[-1] for row in ask(trapped, Question(name, by=by)).rows}
            found = {row[:-4]: row[-4:-2] for row in ask(trapped, Question(name, by=by, compare=compare)).rows}
            assert set(plain) <= set(found), (name, by)
            for (first, *parts), values in found.items():
                before = (shifted(first, -months), *parts)
                assert values == (plain.get((first, *parts)), plain.get(before)), (name, by, first, parts)
                compared += 1
    assert compared > 100
