"""Quarters and years of what is kept by month: against loops over invented rows, and worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.access import OPERATOR
from app.errors import QuestionError
from app.metrics import Question
from app.warehouse import Warehouse

from .conftest import AS_OF
from .test_windows_by_loop import MONTHS, invented

__all__ = ["invented"]
Invented = tuple[Warehouse, list[tuple[date, str | None, str, int]]]
LENGTHS = {"quarter": 3, "year": 12}


def months_of(period: date, grain: str) -> list[date]:
    return [date(period.year, period.month + by, 1) for by in range(LENGTHS[grain])]


def periods(grain: str) -> list[date]:
    """Those that begin with or after the first month known, and are over before November 2026."""
    length = LENGTHS[grain]
    starts = [date(year, month, 1) for year in (2025, 2026) for month in range(1, 13, length)]
    return [each for each in starts if months_of(each, grain)[-1] < date(2026, 11, 1)]


def taken(table: list[tuple[date, str | None, str, int]], months: list[date], is_split: bool) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for month, team, _, n in table:
        if month in months:
            key = (team,) if is_split else ()
            found[key] = found.get(key, 0) + n
    return found


def slow(table: list[tuple[date, str | None, str, int]], name: str, grain: str, is_split: bool) -> dict[Any, Any]:
    """Period and part → value; None where the period begins before the first month, or lacks the month it is of."""
    known = sorted({month for month, *_ in table})
    answer: dict[Any, Any] = {}
    for period in periods(grain):
        months = [month for month in months_of(period, grain) if month in known]
        if not months:
            continue
        which = {"n": months, "stock": months[-1:], "opening": months[:1]}[name]
        whole = {"n": True, "stock": which[-1] == months_of(period, grain)[-1], "opening": which[0] == period}[name]
        for part, value in taken(table, which, is_split).items():
            answer[(period, *part)] = value if whole and period >= known[0] else None
    return answer


@pytest.mark.parametrize("grain", ["quarter", "year"])
@pytest.mark.parametrize("by", [(), ("team",)], ids=["whole", "by team"])
def test_flows_stocks_and_openings_as_the_loops_say(invented: Invented, by: tuple[str, ...], grain: Any) -> None:
    warehouse, table = invented
    for name in ("n", "stock", "opening"):
        answer = warehouse.answer(OPERATOR, Question(name, by=by, grain=grain), as_of=AS_OF)
        assert {row[:-1]: row[-1] for row in answer.rows} == slow(table, name, grain, bool(by)), name
        for row, why in zip(answer.rows, answer.row_reasons, strict=True):
            assert (row[-1] is None) == bool(why), "a missing value says why"


def test_a_ratio_of_quarters_divides_what_the_quarters_have(invented: Invented) -> None:
    warehouse, table = invented
    flow, opening = (slow(table, name, "quarter", False) for name in ("n", "opening"))
    answer = warehouse.answer(OPERATOR, Question("rate", grain="quarter"), as_of=AS_OF)
    found = {row[:-1]: row[-1] for row in answer.rows}
    expected = {
        key: Decimal(flow[key]) / below if below and below > 0 and flow[key] is not None else None
        for key, below in opening.items()
    }
    assert {key: value and round(value, 12) for key, value in found.items()} == {
        key: value and round(value, 12) for key, value in expected.items()
    }
    assert any(value is not None for value in found.values())


def test_a_comparison_sets_a_quarter_beside_its_fellow(invented: Invented) -> None:
    warehouse, table = invented
    plain = slow(table, "n", "quarter", False)
    for compare, months in (("quarter_before", 3), ("year_before", 12)):
        asked = Question("n", grain="quarter", compare=compare)  # type: ignore[arg-type]
        for first, value, compared, *_ in warehouse.answer(OPERATOR, asked, as_of=AS_OF).rows:
            index = first.year * 12 + first.month - 1 - months
            assert value == plain.get((first,))
            assert compared == plain.get((date(index // 12, index % 12 + 1, 1),)), (first, compare)


def test_a_span_is_of_whole_quarters_and_the_running_one_is_shown_on_demand_so_far(invented: Invented) -> None:
    warehouse, table = invented
    asked = Question("n", grain="quarter", since=date(2026, 5, 20), until=date(2026, 8, 2))
    shown = [row[0] for row in warehouse.answer(OPERATOR, asked, as_of=AS_OF).rows]
    asked_for = (date(2026, 4, 1), date(2026, 7, 1))
    assert shown == [each for each in asked_for if taken(table, months_of(each, "quarter"), False)]
    partial = Question("n", grain="quarter", since=date(2026, 10, 1), include_partial=True)
    october = sum(n for month, _, _, n in table if month == date(2026, 10, 1))
    if date(2026, 10, 1) in {month for month, *_ in table}:
        assert warehouse.answer(OPERATOR, partial, as_of=AS_OF).rows == ((date(2026, 10, 1), october),)
    assert MONTHS[-1] == date(2026, 10, 1)


def test_worked_by_hand(warehouse: Warehouse) -> None:
    """The rows of conftest: known from September 2026 on, so that the third quarter is not whole."""
    as_of = datetime(2027, 1, 5, tzinfo=UTC)
    third = warehouse.answer(OPERATOR, Question("net_mrr", grain="quarter", until=date(2026, 9, 1)), as_of=as_of)
    assert third.rows == ((date(2026, 7, 1), None),)
    assert third.why_null(date(2026, 7, 1)) == "the first month known is 2026-09"
    fourth = warehouse.answer(OPERATOR, Question("net_mrr", grain="quarter", since=date(2026, 10, 1)), as_of=as_of)
    assert fourth.why_null(date(2026, 10, 1)) == "a month of the quarter is not complete"


REFUSED = {
    "who is counted in two months": (Question("ids", grain="quarter"), "counts within a month"),
    "a flow divided by a close": (Question("turn", grain="year"), "one side would grow with its length"),
    "growth from month to month": (Question("n_growth", grain="quarter"), "counts in months"),
    "a quarter beside a month": (Question("n", grain="quarter", compare="month_before"), "quarter_before, year_before"),
    "a year beside a quarter": (Question("n", grain="year", compare="quarter_before"), "Expected one of: year_before"),
    "the running quarter beside a full one": (
        Question("n", grain="quarter", compare="year_before", include_partial=True), "quarter is still running"),
}  # fmt: skip


@pytest.mark.parametrize(("question", "why"), REFUSED.values(), ids=REFUSED)
def test_refused_with_the_reason(invented: Invented, question: Question, why: str) -> None:
    with pytest.raises(QuestionError, match=why):
        invented[0].answer(OPERATOR, question, as_of=AS_OF)
