"""Both ad platforms, by their taps and Meltano into a real Postgres, against the company's own books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from app.secrets import warehouse_url
from pipelines.dbt import dbt_folder, run_dbt
from pipelines.job import StepResult
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.streams import STREAMS as TOLD
from pipelines.sandbox.company.streams import Control, control
from pipelines.sandbox.company.times import ANCHOR, DAY
from pipelines.sources import facebook
from pipelines.verify_streams import expected, held
from tests.load.conftest import House

pytestmark = [pytest.mark.slow, pytest.mark.campaign]  # cli/test_life.py loads it, too, and holds it to the ledger
Load = Callable[..., StepResult]
FROM = date(2026, 10, 1)
"""Where the tests begin with Facebook: its tap asks for a report of each day, and the whole history takes a minute."""
SPENT = """
select
    (select round(sum(spend), 2) from staging.stg_google_ads__campaign_days
     where date_trunc('month', spend_date) = '2026-10-01')
    + (select round(sum(spend), 2) from staging.stg_facebook__ad_days
       where date_trunc('month', spend_date) = '2026-10-01') as total,
    (select count(*) from staging.stg_google_ads__campaigns where utm_campaign is not null) as campaigns,
    (select count(*) from staging.stg_facebook__adsets where daily_budget_minor > 0) as adsets
"""
STREAMS = {"google_ads": 4, "facebook": 4}


@pytest.fixture(scope="module")
def then() -> Company:
    return simulate(20240101, "small", ANCHOR)


@pytest.fixture(scope="module")
def later() -> Company:
    return simulate(20240101, "small", ANCHOR + 6 * DAY)


@pytest.fixture(autouse=True)
def begin_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facebook, "FIRST_DAY", "2026-10-29T00:00:00Z")


def show(house: House, company: Company) -> None:
    """The platforms hold what the company has there, and its clock stands at the company's instant."""
    for held_there in company.book.objects.values():
        if held_there.vendor in STREAMS:
            house.store.connection.execute(
                "insert or replace into object values (?, ?, ?, ?, ?, 0, 0, ?)",
                (held_there.vendor, held_there.kind, held_there.id, held_there.created, held_there.updated,
                 held_there.raw),
            )
    house.store.move_to(datetime.fromtimestamp(company.until, UTC))
    house.store.save()


def controls(company: Company) -> list[Control]:
    """The company's sums of both platforms; of Facebook's days those from FROM on."""
    for key in [key for key, one in company.book.objects.items()
                if key[:2] == ("facebook", "insight") and one.body["date_start"] < str(FROM)]:
        del company.book.objects[key]
    return [control(company, told) for told in TOLD if told.source in STREAMS]


def assert_equal(house: House, company: Company) -> None:
    sums = expected(controls(company))
    found = held(house.settings)
    assert len(sums) == sum(STREAMS.values())
    assert {name: found[name] for name in sums} == sums


def test_all_of_both_platforms_is_loaded(house: House, load: Load, then: Company) -> None:
    show(house, then)
    assert load("google_ads", "facebook").detail["failed"] == {}
    assert_equal(house, then)


def test_in_october_both_cost_what_the_books_call_advertising(house: House, then: Company) -> None:
    result = run_dbt(
        warehouse_url(house.settings, "plumbline_builder"), dbt_folder(house.settings),
        ("run", "--select", "stg_google_ads__*", "stg_facebook__*"),
        as_of=datetime.fromtimestamp(then.until, UTC), timezone="America/New_York",
    )  # fmt: skip
    assert result.success, result.exception
    spent = house.rows(SPENT)[0]
    booked = [row["amount"] for row in then.files["costs"]
              if row["category"] == "Advertising" and row["month"] == date(2026, 10, 1)]
    assert [str(spent["total"])] == booked
    assert (spent["campaigns"], spent["adsets"]) == (13, 10)
    leads = house.rows("select sum(lead_count) as n from staging.stg_facebook__ad_days")[0]["n"]
    assert leads == sum(int(action["value"]) for one in then.book.objects.values()
                        if one.kind == "insight" and one.body["date_start"] >= str(FROM)
                        for action in one.body["actions"] if action["action_type"] == "lead")  # fmt: skip


def test_numbers_that_were_restated_are_read_again_and_nothing_older(
    house: House, load: Load, then: Company, later: Company
) -> None:
    show(house, later)
    before = house.rows("select campaign_id, date, _sdc_batched_at as at from raw_google_ads.campaign_days")
    assert load("google_ads", "facebook").detail["failed"] == {}
    assert_equal(house, later)
    known = {(row["campaign_id"], row["date"]): row["at"] for row in before}
    after = house.rows("select campaign_id, date, _sdc_batched_at as at from raw_google_ads.campaign_days")
    again = {row["date"] for row in after if known.get((row["campaign_id"], row["date"])) != row["at"]}
    assert (min(again), max(again)) == (date(2026, 10, 23), date(2026, 11, 28))
