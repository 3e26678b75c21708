"""Questions about metrics: numbers added up by hand, and refusals with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest

from app.access import OPERATOR
from app.compile import compile_question
from app.errors import QuestionError
from app.metrics import Metric, Question
from app.settings import Settings
from app.warehouse import Warehouse

from .conftest import AS_OF, run_as

SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
D = Decimal
ANSWERS = {
    "a stock adds up over dimensions, month by month": (
        Question("net_mrr"),
        [(SEP, D("300.55")), (OCT, D("300.55"))],
    ),
    "the running month only on demand": (
        Question("net_mrr", since=OCT, include_partial=True),
        [(OCT, D("300.55")), (NOV, D("90.20"))],
    ),
    "by one dimension, in its order": (
        Question("net_mrr", by=("product",), until=SEP),
        [(SEP, "Base", D("260.50")), (SEP, "Plus", D("40.05"))],
    ),
    "a missing dimension value is a row of its own": (
        Question("net_mrr", by=("country",), since=OCT),
        [(OCT, "DE", D("135.25")), (OCT, "US", D("160.30")), (OCT, None, D("5.00"))],
    ),
    "any day names its month": (
        Question("net_mrr", since=date(2026, 9, 30), until=date(2026, 9, 1).replace(day=30)),
        [(SEP, D("300.55"))],
    ),
    "where keeps one value": (
        Question("net_mrr", where=(("country", "DE"),)),
        [(SEP, D("150.25")), (OCT, D("135.25"))],
    ),
    "two values of a dimension are alternatives": (
        Question("net_mrr", where=(("product", "Plus"), ("product", "Edge"))),
        [(SEP, D("40.05")), (OCT, D("50.05"))],
    ),
    "two dimensions must both hold": (
        Question("net_mrr", where=(("product", "Base"), ("country", "US"))),
        [(SEP, D("150.30")), (OCT, D("160.30"))],
    ),
    "filters that nothing meets give no rows": (
        Question("net_mrr", where=(("product", "Plus"), ("country", "US"))),
        [],
    ),
    "a multiple": (Question("arr", by=("country",), until=SEP), [(SEP, "DE", D("1803.00")), (SEP, "US", D("1803.60"))]),
    "a ratio sums both sides first": (
        Question("net_retention", since=OCT),
        [(OCT, D("300.55") / D("300.55"))],
    ),
    "a ratio by a dimension; nothing below is undefined": (
        Question("net_retention", by=("product",), until=SEP),
        [(SEP, "Base", D("260.50") / D("300.10")), (SEP, "Plus", None)],
    ),
    "a ratio's missing dimension values meet": (
        Question("net_retention", by=("country",), since=OCT),
        [(OCT, "DE", D("135.25") / D("150.25")), (OCT, "US", D("160.30") / D("150.30")), (OCT, None, None)],
    ),
    "what cannot be added is asked whole; a null stays one": (
        Question("cash_runway"),
        [(SEP, D("14.5")), (OCT, None)],
    ),
    "the largest of the latest month, the rest together": (
        Question("net_mrr", by=("product",), top=1),
        [(SEP, "Base", D("260.50")), (SEP, "Other", D("40.05")),
         (OCT, "Base", D("250.50")), (OCT, "Other", D("50.05"))],
    ),
    "the largest of a ratio, without a rest": (
        Question("net_retention", by=("product",), since=OCT, top=1),
        [(OCT, "Plus", D("45.05") / D("40.05"))],
    ),
    "months before the first": (Question("net_mrr", until=date(2020, 1, 1)), []),
}  # fmt: skip


@pytest.mark.parametrize(("question", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_answers(warehouse: Warehouse, question: Question, expected: list[tuple[object, ...]]) -> None:
    rows = warehouse.answer(OPERATOR, question, as_of=AS_OF).rows
    rounded = [tuple(round(v, 12) if isinstance(v, Decimal) else v for v in row) for row in expected]
    assert [tuple(round(v, 12) if isinstance(v, Decimal) else v for v in row) for row in rows] == rounded
    assert all(isinstance(row[-1], Decimal | None) for row in rows)


def test_any_cut_adds_up_to_the_whole_and_to_a_slow_loop(warehouse: Warehouse, with_marts: Settings) -> None:
    """Every set of dimensions and every filter, against a loop over the mart's rows."""
    names = ("month", "product", "country", "closing_mrr_usd", "is_complete")
    table = run_as(with_marts, "plumbline_finance", f"select {', '.join(names)} from mart_finance.mrr_monthly")
    for by, country in product(((), ("product",), ("country",), ("country", "product")), (None, "DE", "US")):
        slow: dict[tuple[object, ...], Decimal] = {}
        for row in (dict(zip(names, values, strict=True)) for values in table):
            if row["is_complete"] and (country is None or row["country"] == country):
                key = (row["month"], *(row[name] for name in by))
                slow[key] = slow.get(key, D(0)) + row["closing_mrr_usd"]  # type: ignore[operator]
        where = (("country", country),) if country else ()
        answer = warehouse.answer(OPERATOR, Question("net_mrr", by=by, where=where), as_of=AS_OF)
        assert {row[:-1]: row[-1] for row in answer.rows} == slow


def test_the_shown_sql_gives_the_same_rows_by_hand(warehouse: Warehouse, with_marts: Settings) -> None:
    for question, _ in ANSWERS.values():
        answer = warehouse.answer(OPERATOR, question, as_of=AS_OF)
        assert run_as(with_marts, "plumbline_finance", answer.sql) == list(answer.rows)


def test_the_month_is_that_of_the_reporting_zone(warehouse: Warehouse) -> None:
    """At 3 o'clock UTC on the 1st it is still the month before in New York; an hour after midnight there it is not."""
    late = datetime(2026, 10, 1, 3, tzinfo=UTC)
    early = datetime(2026, 10, 1, 5, tzinfo=UTC)
    asked = Question("net_mrr")
    assert [row[0] for row in warehouse.answer(OPERATOR, asked, as_of=late).rows] == []
    assert [row[0] for row in warehouse.answer(OPERATOR, asked, as_of=early).rows] == [SEP]


REFUSED = {
    "an unknown metric": (
        Question("net_mmr"),
        r"No metric is called 'net_mmr'\. Did you mean 'net_mrr' or [^A-Z]*\? `plumbline metrics` lists them all\.",
    ),
    "an unknown dimension": (
        Question("net_mrr", by=("produkt",)),
        r"net_mrr cannot be split by 'produkt'\. Expected one of: product, country\. Did you mean 'product'\?",
    ),
    "a filter on another's dimension": (
        Question("lost_mrr", where=(("country", "DE"),)),
        "cannot be split by 'country'",
    ),
    "a ratio that only one side can be split": (
        Question("churn_rate", by=("country",)),
        r"Only opening_mrr can be split by it, lost_mrr cannot, so the ratio would mix cut and whole",
    ),
    "a split of what does not add up": (Question("cash_runway", by=("country",)), "It has no dimensions"),
    "an empty span": (Question("net_mrr", since=OCT, until=SEP), "since 2026-10-01 is after until 2026-09-01"),
    "top without a dimension": (Question("net_mrr", top=3), "a dimension to rank"),
    "top of none": (Question("net_mrr", by=("product",), top=0), "Expected at least 1"),
    "a dimension twice": (Question("net_mrr", by=("product", "product")), "asked for twice"),
    "a dimension that would end the statement": (Question("net_mrr", by=('a"; drop table b; --',)), "cannot be split"),
}


@pytest.mark.parametrize(("question", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(metrics: Mapping[str, Metric], question: Question, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        compile_question(question, metrics, as_of=AS_OF)


def test_a_span_of_one_month_is_no_empty_span(metrics: Mapping[str, Metric]) -> None:
    assert compile_question(replace(Question("net_mrr"), since=OCT, until=OCT), metrics, as_of=AS_OF) is not None
