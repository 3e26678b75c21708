"""Users within seven days, by loops over the visits: never a sum of days, and null until the window is full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.access import OPERATOR
from app.errors import QuestionError
from app.metrics import Question, load_metrics
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.commands.clocks import Clocks
from pipelines.rights import BUILDER

from .conftest import AS_OF, run_as
from .metric_files import write_files
from .trap_marts import FILES, VISITS, statements

FIRST, LAST = date(2026, 9, 28), date(2026, 11, 3)  # of the visits before today
WEEK = "visitors_of_week"


@pytest.fixture(scope="module")
def warehouse(with_marts: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    run_as(with_marts, BUILDER, *statements())
    found = Warehouse(with_marts, load_metrics(write_files(tmp_path_factory.mktemp("trailing"), FILES)))
    yield found
    found.close()


def ask(warehouse: Warehouse, **asked: Any) -> list[tuple[Any, ...]]:
    return list(warehouse.answer(OPERATOR, Question(WEEK, **asked), as_of=AS_OF).rows)


def users(day: date, country: object = "any") -> int:
    window = [day - timedelta(days=back) for back in range(7)]
    return len({v["user_id"] for v in VISITS if v["day"] in window and country in ("any", v["country"])})


def test_each_day_counts_the_users_of_its_seven(warehouse: Warehouse) -> None:
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    expected = [(day, Decimal(users(day)) if day >= FIRST + timedelta(days=6) else None) for day in days if users(day)]
    assert ask(warehouse, grain="day") == expected
    answer = warehouse.answer(OPERATOR, Question(WEEK, grain="day", until=FIRST), as_of=AS_OF)
    assert answer.why_null(FIRST) == "the window begins before the first day known, 2026-09-28"


def test_a_country_counts_anew(warehouse: Warehouse) -> None:
    day = date(2026, 10, 4)
    found = ask(warehouse, grain="day", since=day, until=day, by=("country",))
    assert found == [(day, "DE", 1), (day, "US", 2), (day, None, 1)]
    assert ask(warehouse, grain="day", since=day, until=day) == [(day, 3)], "Ada is in two of them"
    assert [users(day, country) for country in ("DE", "US", None)] == [1, 2, 1]


def test_a_month_has_the_window_of_its_last_day(warehouse: Warehouse) -> None:
    assert ask(warehouse) == [(date(2026, 9, 1), None), (date(2026, 10, 1), Decimal(users(date(2026, 10, 31))))]
    running = ask(warehouse, include_partial=True)[-1]
    assert running == (date(2026, 11, 1), Decimal(users(LAST))), "the newest day known, and not today"


def test_about_the_end_of_a_day_that_day_ends_a_window(warehouse: Warehouse) -> None:
    """What `--at` a day asks as of: the midnight after it, from rows that know the days after it as well."""
    zone, metrics = ZoneInfo("America/New_York"), warehouse._metrics
    for day, paid in ((date(2026, 10, 31), Decimal(93)), (date(2026, 10, 15), Decimal(11))):
        clocks = Clocks(None, datetime.combine(day + timedelta(days=1), time.min, zone), zone)
        for question, expected in (
            (Question(WEEK), (day.replace(day=1), Decimal(users(day)))),
            (Question(WEEK, grain="day"), (day, Decimal(users(day)))),
            (Question("paid"), (day.replace(day=1), paid)),
        ):
            instant, asked = clocks.spoken_about(question, AS_OF, metrics)
            assert warehouse.answer(OPERATOR, asked, as_of=instant).rows[-1] == expected


def test_a_week_that_is_not_known_to_its_end_has_none(warehouse: Warehouse) -> None:
    found = warehouse.answer(OPERATOR, Question(WEEK, grain="week", since=LAST), as_of=AS_OF)
    monday = date(2026, 11, 2)
    assert (found.rows, found.why_null(monday)) == (((monday, None),), "the last day known is 2026-11-03")


def test_the_largest_of_a_window_have_no_rest(warehouse: Warehouse) -> None:
    with pytest.raises(QuestionError, match="top=1 cannot be asked of a window of days"):
        ask(warehouse, by=("country",), top=1)
