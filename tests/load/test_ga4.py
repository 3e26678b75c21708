"""Google Analytics by the published tap over gRPC into a real Postgres, compared with the company's own days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from app.errors import CredentialsRefused
from pipelines.job import StepResult
from pipelines.ports import port_of
from pipelines.probing import client
from pipelines.sandbox.company import web
from pipelines.sandbox.company.design import SCALES
from pipelines.sandbox.company.market import prospects
from pipelines.sandbox.company.rates import walk
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import day_of
from pipelines.sources.ga4 import probe, sandbox
from pipelines.verify_streams import held
from tests.load.conftest import House

pytestmark = [pytest.mark.slow, pytest.mark.campaign]  # cli/test_life.py loads it, too, and holds it to the ledger
Load = Callable[..., StepResult]
SEED = 20240101
BORN = datetime(2026, 11, 10, 11, tzinfo=UTC)


def live(house: House, until: datetime) -> Company:
    """The company's web site up to an instant, in the vendor's store."""
    instant = int(until.timestamp())
    company = Company(SEED, "small", instant, SCALES["small"], walk(SEED, day_of(instant)))
    company.leads = list(prospects(SEED, company.design, instant))
    web.write(company)
    for one in company.book.objects.values():
        house.store.put(one.vendor, one.kind, one.id, one.created, one.body)
    house.store.move_to(until)
    house.store.save()
    return company


def requests(house: House) -> int:
    """How many calls the Data API has had."""
    address = f"http://127.0.0.1:{port_of(house.settings, 'vendors_http')}/_sandbox/faults"
    return int(httpx.delete(address, timeout=60).json()["seen"].get("ga4", 0))


def assert_complete(house: House, company: Company) -> None:
    found = held(house.settings)
    for told in STREAMS:
        if told.source == "ga4":
            one = control(company, told)
            assert found[f"ga4.{told.stream}"] == {
                "rows": one.row_count, "keys": one.digest, "total": one.total.normalize()
            }, told.stream


@pytest.fixture(scope="module")
def born(house: House) -> Iterator[Company]:
    yield live(house, BORN)


def test_the_probe_says_which_property_the_token_opens(house: House, born: Company) -> None:
    assert born.until == int(BORN.timestamp())
    given = sandbox(house.settings)
    with client(house.settings) as http:
        assert probe(given, http) == "property 412776105, days of America/New_York"
        with pytest.raises(CredentialsRefused, match=r"Google refuses the credentials: 400 .*expired or revoked"):
            probe({**given, "refresh_token": "1//old"}, http)
        with pytest.raises(CredentialsRefused, match=r"403 .*sufficient permissions for this property"):
            probe({**given, "property_id": "1"}, http)


def test_a_first_load_brings_every_report_whole(house: House, born: Company, load: Load) -> None:
    assert load("ga4").detail == {"loaded": ["ga4"], "failed": {}}
    assert_complete(house, born)
    since = web.local_day(born.design.web_since)
    leads = sum(1 for who, _ in web.came_by_site(born) if web.local_day(who.lead_at) > since)
    found = house.rows("select sum(key_events_generate_lead) as n from raw_ga4.traffic")
    assert Decimal(str(found[0]["n"])) == leads


def test_after_a_pause_the_two_weeks_before_it_are_read_again_and_what_was_restated_is_forgotten(
    house: House, load: Load
) -> None:
    before = requests(house)
    company = live(house, BORN + timedelta(days=15))
    load("ga4")
    assert_complete(house, company)
    rows = {told.stream: control(company, told).row_count for told in STREAMS if told.source == "ga4"}
    assert house.count("raw_ga4.traffic") > rows["traffic"]  # paid visits of 9 November that had no campaign yet
    assert requests(house) - before <= 5 + 2 + 2  # a report each, and the fields
