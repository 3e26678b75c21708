"""The weather by our own tap and real Meltano into a real Postgres, from the books of the company to its view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.secrets import warehouse_url
from pipelines.check import verify_contracts
from pipelines.contracts import read_contracts
from pipelines.dbt import dbt_folder, run_dbt
from pipelines.job import StepResult
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import ANCHOR, DAY
from pipelines.verify_streams import expected, held
from tests.load.conftest import House

pytestmark = pytest.mark.slow
DAYS = 1056
"""From 1 January 2024 to 21 November 2026; and the 22nd, read at six, before the company's birth at eleven."""


def live_until(house: House, until: int) -> Company:
    company = simulate(20240101, "small", until)
    for one in company.book.objects.values():
        if one.vendor == "weather":
            house.store.put("weather", one.kind, one.id, one.created, one.body)
    house.store.connection.commit()
    house.store.move_to(datetime.fromtimestamp(until, UTC))
    return company


def assert_as_the_books_have_it(house: House, company: Company, rows: int) -> None:
    books = expected([control(company, told) for told in STREAMS if told.source == "weather"])
    found = held(house.settings)
    assert {name: found[name] for name in found if name.startswith("weather.")} == books
    assert books["weather.readings"]["rows"] == rows


def test_the_weather_is_as_the_books_have_it_and_ten_days_later_only_ten_readings_come(
    house: House, load: Callable[..., StepResult]
) -> None:
    company = live_until(house, ANCHOR)
    assert load("weather").detail["failed"] == {}
    assert_as_the_books_have_it(house, company, DAYS + 1)
    company = live_until(house, ANCHOR + 10 * DAY)
    assert load("weather").detail["failed"] == {}
    assert_as_the_books_have_it(house, company, DAYS + 11)
    loads = house.rows("select row_count from portal.load_run where stream = 'readings' order by started_at")
    assert [row["row_count"] for row in loads] == [DAYS + 1, 10]
    assert house.rows("select label, is_configured from portal.source where source = 'weather'") == [
        {"label": "Weather", "is_configured": True}]


def test_its_view_builds_and_its_promises_are_kept(house: House) -> None:
    builder = warehouse_url(house.settings, "plumbline_builder")
    as_of = datetime.fromtimestamp(ANCHOR, UTC)
    result = run_dbt(builder, dbt_folder(house.settings), ("run", "--select", "stg_weather__*"), as_of=as_of,
                     timezone="America/New_York")
    assert result.success, result.exception
    assert house.rows("select count(*) as days, min(measured_on)::text as first, bool_and(measured_at is not null) "
                      "as timed from staging.stg_weather__readings") == [
        {"days": DAYS + 11, "first": "2024-01-01", "timed": True}]
    contracts = [one for one in read_contracts() if one.dataset.startswith("raw_weather.")]
    found = [(one.promise.name, one.outcome) for one in verify_contracts(contracts, builder, as_of)]
    assert len(found) == 5
    assert {outcome for _, outcome in found} == {"kept"}, found
