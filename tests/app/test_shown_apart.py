"""Figures that mean something for one value at a time, such as the steps of a funnel; medians; and cohorts by week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.access import OPERATOR
from app.errors import MetricFileError, QuestionError
from app.metrics import Question, load_metrics
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.rights import BUILDER

from .conftest import AS_OF, run_as
from .metric_files import COMMON, write_files

SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)
D = Decimal
# Of two attempts in September one came to the second step, in 10 minutes; in October three did, in 10, 20 and 60.
MARTS = """
create table mart_finance.steps (month date, way text, step text, attempt text, reached text, minutes numeric,
    is_complete boolean);
insert into mart_finance.steps values
    ('2026-09-01', 'report', '1 begun', 'x', 'x', null, true), ('2026-09-01', 'report', '2 done', 'x', 'x', 10, true),
    ('2026-09-01', 'report', '1 begun', 'y', 'y', null, true),
    ('2026-09-01', 'report', '2 done', 'y', null, null, true),
    ('2026-10-01', 'report', '2 done', 'u', 'u', 10, true), ('2026-10-01', 'report', '2 done', 'v', 'v', 60, true),
    ('2026-10-01', 'sign-up', '2 done', 'w', 'w', 20, true);
create table mart_finance.lifts (month date, feature text, lift numeric, is_complete boolean);
insert into mart_finance.lifts values
    ('2026-10-01', 'alerts', 0.25, true), ('2026-10-01', 'search', -0.1, true);
create table mart_finance.weeks (week date, age int, users int, kept int);
insert into mart_finance.weeks values  -- today is Sunday the 22nd: the week of the 16th is running
    ('2026-11-02', 0, 4, 4), ('2026-11-02', 1, 4, 2), ('2026-11-02', 2, 4, 1),
    ('2026-11-09', 0, 6, 6), ('2026-11-09', 1, 6, 1), ('2026-11-16', 0, 2, 2);
grant select on mart_finance.steps, mart_finance.lifts, mart_finance.weeks to plumbline_finance;
"""
STEPS = {**COMMON, "mart": "mart_finance.steps", "dimensions": "[way, step]"}
WEEKS = {**COMMON, "kind": "cohort", "mart": "mart_finance.weeks", "cohort_column": "week", "age_column": "age",
         "base_column": "users", "kept_column": "kept", "unit": "ratio", "grain": "week"}  # fmt: skip
LIFT = {**COMMON, "mart": "mart_finance.lifts", "column": "lift", "aggregate": "none", "over_time": "none",
        "unit": "ratio", "dimensions": "[feature]"}  # fmt: skip
FILES = {
    "begun": {**STEPS, "kind": "distinct", "column": "attempt", "unit": "count", "apart": "[way]"},
    "reached": {**STEPS, "kind": "distinct", "column": "reached", "unit": "count", "apart": "[way, step]"},
    "conversion": {**COMMON, "kind": "ratio", "numerator": "reached", "denominator": "begun", "unit": "ratio"},
    "half_reached": {**COMMON, "kind": "derived", "formula": "reached / 2", "unit": "count"},
    "minutes": {**STEPS, "column": "minutes", "aggregate": "median", "over_time": "none", "unit": "minutes"},
    "lift": {**LIFT, "apart": "[feature]"},
    "kept_by_week": WEEKS,
}
REPORT, DONE = ("way", "report"), ("step", "2 done")


@pytest.fixture(scope="module")
def warehouse(with_marts: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    run_as(with_marts, BUILDER, MARTS)
    found = Warehouse(with_marts, load_metrics(write_files(tmp_path_factory.mktemp("apart"), FILES)))
    yield found
    found.close()


def ask(warehouse: Warehouse, name: str, **asked: Any) -> list[tuple[Any, ...]]:
    return list(warehouse.answer(OPERATOR, Question(name, **asked), as_of=AS_OF).rows)


ANSWERED: dict[str, tuple[dict[str, Any], list[tuple[Any, ...]]]] = {
    "each step of each way by itself": (
        {"name": "conversion", "by": ("way", "step")},
        [(SEP, "report", "1 begun", 1), (SEP, "report", "2 done", D("0.5")), (OCT, "report", "2 done", 1),
         (OCT, "sign-up", "2 done", 1)]),
    "one step of one way": (
        {"name": "conversion", "where": (REPORT, DONE)}, [(SEP, D("0.5")), (OCT, 1)]),
    "the steps of one way": (
        {"name": "reached", "by": ("step",), "where": (REPORT,)},
        [(SEP, "1 begun", 2), (SEP, "2 done", 1), (OCT, "2 done", 2)]),
    "steps may stay together where only ways are shown apart": (
        {"name": "begun", "by": ("way",)}, [(SEP, "report", 2), (OCT, "report", 2), (OCT, "sign-up", 1)]),
    "the middle one of an odd number": (
        {"name": "minutes", "where": (DONE,)}, [(SEP, 10), (OCT, 20)]),
    "the mean of the two in the middle": (
        {"name": "minutes", "by": ("way",), "where": (DONE,), "since": OCT},
        [(OCT, "report", 35), (OCT, "sign-up", 20)]),
    "what is stored for each value": (
        {"name": "lift", "by": ("feature",)}, [(OCT, "alerts", D("0.25")), (OCT, "search", D("-0.1"))]),
    "what is stored, of one": ({"name": "lift", "where": (("feature", "search"),)}, [(OCT, D("-0.1"))]),
    "weeks that are over": (
        {"name": "kept_by_week", "grain": "week"},
        [(date(2026, 11, 2), 0, 1), (date(2026, 11, 2), 1, D("0.5")), (date(2026, 11, 9), 0, 1)]),
    "the mean of weeks, over ages that all have reached": (
        {"name": "kept_by_week", "grain": "week", "average": True}, [(0, 1)]),
    "one age, of the weeks that have reached it": (
        {"name": "kept_by_week", "grain": "week", "average": True, "where": (("age", "1"),)}, [(1, D("0.5"))]),
    "weeks since one, by any of its days": (
        {"name": "kept_by_week", "grain": "week", "since": date(2026, 11, 12)}, [(date(2026, 11, 9), 0, 1)]),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "rows"), ANSWERED.values(), ids=ANSWERED)
def test_answered_one_value_at_a_time(warehouse: Warehouse, asked: dict[str, Any], rows: list[tuple[Any, ...]]) -> None:
    assert ask(warehouse, **asked) == rows


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "all ways together": ({"name": "conversion", "by": ("step",)}, "a value for each way.* found no filter"),
    "all steps together": ({"name": "reached", "where": (REPORT,)}, "none that means anything. Expected by step"),
    "two ways together": (
        {"name": "begun", "where": (REPORT, ("way", "sign-up"))}, "found 2 of them: report, sign-up"),
    "all ways but one": ({"name": "begun", "unless": (REPORT,)}, "Expected by way, or a filter to one"),
    "all steps in a formula": ({"name": "half_reached", "by": ("way",)}, "half_reached has a value for each step"),
    "the largest step": (
        {"name": "reached", "by": ("step",), "where": (REPORT,), "top": 1}, "cannot be ranked over step"),
    "the lift of all features": ({"name": "lift"}, "lift has a value for each feature"),
    "weekly cohorts by month": ({"name": "kept_by_week"}, "by weeks' cohorts: it has no month. Ask for weeks"),
    "an age of weeks that is none": (
        {"name": "kept_by_week", "grain": "week", "where": (("age", "x"),)}, "Expected whole weeks, 0 for"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_what_would_throw_values_together(warehouse: Warehouse, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        ask(warehouse, **asked)


def test_a_passport_asks_one_value_at_a_time(warehouse: Warehouse) -> None:
    for name in FILES:
        assert warehouse.passport(OPERATOR, name, as_of=AS_OF).sql.startswith(("WITH", "SELECT")), name


def test_nothing_adds_up_over_what_is_shown_apart(warehouse: Warehouse) -> None:
    for name, asked in (("reached", ("way", "step")), ("lift", ("feature",)), ("minutes", ())):
        additivity = warehouse.answer(OPERATOR, Question(name, by=asked), as_of=AS_OF).additivity
        assert additivity is not None and additivity.over_dimensions == (), name


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({**FILES["begun"], "apart": "[country]"}, "'apart'.* some of its dimensions: way, step", id="odd"),
        pytest.param({**FILES["minutes"], "grain": "week"}, "'grain'.* week of a cohort metric", id="a flow by week"),
        pytest.param({**WEEKS, "grain": "day"}, "'grain'.* week of a cohort metric", id="cohorts by day"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(
    fields: dict[str, str], message: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(MetricFileError, match=message):
        load_metrics(write_files(tmp_path_factory.mktemp("wrong"), {"wrong": fields}))
