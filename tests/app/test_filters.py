"""A filter by a value that does not exist is refused by name; one that only has no rows now is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from app.access import OPERATOR
from app.errors import QuestionError
from app.filters import refuse_unknown
from app.metrics import Question
from app.settings import Settings
from app.warehouse import Warehouse

from .conftest import AS_OF, run_as
from .test_warehouse import ADMIN, EXECUTIVE, FINANCE


@pytest.mark.parametrize(
    ("where", "said"),
    [
        pytest.param(
            (("product", "Bsae"),), "no product called 'Bsae', in any month. Expected one of: Base, Edge, Plus.",
            id="a slip",
        ),
        pytest.param((("product", "base"),), "Expected one of: Base, ", id="another case"),
        pytest.param((("product", "Base"), ("product", "Plsu")), "'Plsu'.* Plus, Base, Edge", id="one of several"),
        pytest.param((("product", "Base"), ("country", "GE")), "no country called 'GE'.* DE, US", id="with a good one"),
        pytest.param((("country", ""),), "no country called ''", id="nothing"),
        pytest.param((("country", "D'E"),), "no country called", id="a quote"),
    ],
)  # fmt: skip
def test_a_value_that_no_month_has_is_refused_with_what_there_is(
    warehouse: Warehouse, where: tuple[tuple[str, str], ...], said: str
) -> None:
    with pytest.raises(QuestionError, match=said):
        warehouse.answer(FINANCE, Question("net_mrr", where=where), as_of=AS_OF)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Question("net_mrr", until=date(2026, 9, 1), where=(("product", "Edge"),)), id="not in its months"),
        pytest.param(Question("net_mrr", where=(("product", "Plus"), ("country", "US"))), id="not together"),
        pytest.param(
            Question("net_mrr", since=date(2030, 1, 1), where=(("product", "Base"), ("product", "Plus"))), id="not yet"
        ),
    ],
)
def test_a_value_that_exists_but_has_no_rows_is_no_slip(warehouse: Warehouse, question: Question) -> None:
    assert warehouse.answer(FINANCE, question, as_of=AS_OF).rows == ()


def test_a_ratio_refuses_it_too(warehouse: Warehouse) -> None:
    with pytest.raises(QuestionError, match="churn_rate has no product called 'Bsae'"):
        warehouse.answer(FINANCE, Question("churn_rate", where=(("product", "Bsae"),)), as_of=AS_OF)


def test_a_good_filter_asks_for_no_list_and_a_doubtful_one_is_audited(
    warehouse: Warehouse, with_marts: Settings
) -> None:
    warehouse.answer(EXECUTIVE, Question("net_mrr", where=(("product", "Base"),)), as_of=AS_OF)
    with pytest.raises(QuestionError):
        warehouse.answer(EXECUTIVE, Question("net_mrr", where=(("product", "Bsae"),)), as_of=AS_OF)
    found = run_as(with_marts, ADMIN, "select role, action, metric, outcome from portal.audit order by audit_id")
    assert found == [
        ("executive", "answer", "net_mrr", "ok"), ("executive", "answer", "net_mrr", "ok"),
        ("executive", "values", "net_mrr", "ok"),
    ]  # fmt: skip


def test_where_nothing_is_loaded_nothing_is_misspelt(warehouse: Warehouse, with_marts: Settings) -> None:
    run_as(with_marts, ADMIN, "alter table mart_finance.mrr_monthly rename to full_one",
           "create table mart_finance.mrr_monthly (like mart_finance.full_one)")  # fmt: skip
    try:
        run_as(with_marts, ADMIN, "grant select on mart_finance.mrr_monthly to plumbline_finance")
        assert warehouse.answer(OPERATOR, Question("net_mrr", where=(("product", "Bsae"),)), as_of=AS_OF).rows == ()
    finally:
        run_as(with_marts, ADMIN, "drop table mart_finance.mrr_monthly",
               "alter table mart_finance.full_one rename to mrr_monthly")  # fmt: skip


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ([f"Plan {number}" for number in range(30)], r"one of: Plan 7(, Plan \d+){9} and 20 more\. Take one"),
        (["Team", "Enterprise"], r"one of: (Team, Enterprise|Enterprise, Team)\. Take one"),
    ],
    ids=["at most ten, the closest first", "all where they are few"],
)
def test_the_closest_stand_first(known: Sequence[str], said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        refuse_unknown("net_mrr", "plan", ["plan7"], known)
