"""Windows, changes and distinct counts over invented rows with gaps, against loops that know nothing of SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from app.access import OPERATOR
from app.compile import columns_of, compile_question
from app.errors import QuestionError
from app.metrics import Question, catalogue, load_metrics
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.rights import BUILDER

from .conftest import AS_OF, run_as
from .metric_files import COMMON, write_files
from .metric_files import FILES as PLAIN_FILES
from .trap_marts import FILES as TRAP_FILES

TEAMS = ("North", "South", None)
MONTHS = [date(2025 + index // 12, index % 12 + 1, 1) for index in range(4, 22)]
MART = {**COMMON, "mart": "mart_finance.invented", "unit": "count", "dimensions": "[team]"}
FILES = {
    "n": {**MART, "column": "n", "aggregate": "sum", "over_time": "sum"},
    "stock": {**MART, "column": "n", "aggregate": "sum", "over_time": "last"},
    "opening": {**MART, "column": "n", "aggregate": "sum", "over_time": "first"},
    "rate": {**COMMON, "kind": "ratio", "numerator": "n", "denominator": "opening", "unit": "ratio"},
    "turn": {**COMMON, "kind": "ratio", "numerator": "n", "denominator": "stock", "unit": "ratio"},
    "moved": {**COMMON, "kind": "derived", "formula": "stock - opening", "unit": "count",
              "missing": "{stock: zero, opening: zero}"},
    "ids": {**MART, "kind": "distinct", "column": "id"},
    "n_three": {**COMMON, "kind": "cumulative", "of": "n", "window": "trailing", "months": "3", "unit": "count"},
    "n_year": {**COMMON, "kind": "cumulative", "of": "n", "window": "year", "unit": "count"},
    "n_more": {**COMMON, "kind": "change", "of": "n", "months": "2", "change": "difference", "unit": "count",
               "missing": "{n: zero}"},
    "n_growth": {**COMMON, "kind": "change", "of": "n", "months": "1", "change": "relative", "unit": "ratio"},
}  # fmt: skip
Key = tuple[Any, ...]


def rows(seed: int) -> list[tuple[date, str | None, str, int]]:
    """month, team, id, n; one month in eight has no rows at all."""
    dice = Random(seed)
    found = []
    for month in MONTHS:
        if dice.random() < 0.88:
            for _ in range(dice.randint(1, 6)):
                found.append((month, dice.choice(TEAMS), dice.choice("abcd"), dice.randint(-2, 6)))
    return found


@pytest.fixture(scope="module", params=[1, 2, 3])
def invented(
    request: pytest.FixtureRequest, with_marts: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Warehouse, list[tuple[date, str | None, str, int]]]]:
    table = rows(request.param)
    told = [f"('{m}', {repr(team) if team else 'null'}, '{each}', {n}, true)" for m, team, each, n in table]
    run_as(
        with_marts, BUILDER, "drop table if exists mart_finance.invented",
        "create table mart_finance.invented (month date, team text, id text, n int, is_complete boolean)",
        "insert into mart_finance.invented values " + ", ".join(told),
        "grant select on mart_finance.invented to plumbline_finance",
    )  # fmt: skip
    warehouse = Warehouse(with_marts, load_metrics(write_files(tmp_path_factory.mktemp("invented"), FILES)))
    yield warehouse, table
    warehouse.close()


def before(month: date, by: int) -> date:
    index = month.year * 12 + month.month - 1 - by
    return date(index // 12, index % 12 + 1, 1)


def sums(table: list[tuple[date, str | None, str, int]], is_split: bool) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for month, team, _, n in table:
        key = (month, team) if is_split else (month,)
        found[key] = found.get(key, 0) + n
    return found


def windows(found: dict[Key, int], first: str) -> dict[Key, int | None]:
    """Every month known and every part that has a row in its window."""
    known = {key[0] for key in found}
    answer: dict[Key, int | None] = {}
    for end in known:
        length = 3 if first == "three" else end.month
        window = [before(end, back) for back in range(length)]
        for part in {key[1:] for key in found if key[0] in window}:
            whole = all(month in known for month in window)
            values = [found[key] for key in found if key[0] in window and key[1:] == part]
            answer[(end, *part)] = sum(values) if whole else None
    return answer


def more(found: dict[Key, int], months: int) -> dict[Key, int | None]:
    known = {key[0] for key in found}
    answer: dict[Key, int | None] = {}
    for month in known:
        then = before(month, months)
        for part in {key[1:] for key in found if key[0] in (month, then)}:
            now, earlier = found.get((month, *part), 0), found.get((then, *part), 0)
            answer[(month, *part)] = now - earlier if then in known else None
    return answer


def growth(found: dict[Key, int]) -> dict[Key, Decimal | None]:
    known = {key[0] for key in found}
    answer: dict[Key, Decimal | None] = {}
    for month in known:
        then = before(month, 1)
        for part in {key[1:] for key in found if key[0] in (month, then)}:
            now, earlier = found.get((month, *part)), found.get((then, *part))
            is_known = now is not None and earlier is not None and earlier > 0
            answer[(month, *part)] = Decimal(now - earlier) / earlier if is_known else None  # type: ignore[operator]
    return answer


@pytest.mark.parametrize("by", [(), ("team",)], ids=["whole", "by team"])
def test_as_the_loops_say(
    invented: tuple[Warehouse, list[tuple[date, str | None, str, int]]], by: tuple[str, ...]
) -> None:
    warehouse, table = invented
    found = sums(table, bool(by))
    ids: dict[Key, set[str]] = {}
    for month, team, each, _ in table:
        ids.setdefault((month, team) if by else (month,), set()).add(each)
    expected: dict[str, dict[Key, Any]] = {
        "n": dict(found), "ids": {key: len(each) for key, each in ids.items()}, "n_three": windows(found, "three"),
        "n_year": windows(found, "year"), "n_more": more(found, 2), "n_growth": growth(found),
    }  # fmt: skip
    for name, slow in expected.items():
        answer = warehouse.answer(OPERATOR, Question(name, by=by), as_of=AS_OF)
        fast = {row[:-1]: row[-1] if row[-1] is None else round(row[-1], 12) for row in answer.rows}
        assert fast == {key: each if each is None else round(Decimal(each), 12) for key, each in slow.items()}, name
        assert len(answer.rows) == len(fast), f"{name}: one row per month and part"


def test_every_statement_has_the_columns_that_are_told(tmp_path: Any) -> None:
    """For every metric there is and every question that can be asked of it."""
    checked = 0
    for metrics in (catalogue(), load_metrics(write_files(tmp_path, {**PLAIN_FILES, **TRAP_FILES}))):
        for name in metrics:
            for asked in ({}, {"grain": "week"}, {"grain": "day"}, {"grain": "year"}, {"compare": "year_before"},
                          {"average": True}, {"grain": "quarter", "compare": "quarter_before"},
                          {"grain": "quarter", "by": ("country",)},
                          {"by": ("country",)}, {"by": ("currency",)}, {"by": ("team",), "top": 1}):  # fmt: skip
                question = Question(name, **asked)
                try:
                    statement = compile_question(question, metrics, as_of=AS_OF)
                except QuestionError:
                    continue
                assert tuple(statement.selected_columns.keys()) == columns_of(question, metrics), question
                checked += 1
    assert checked > 200
