"""Mixpanel and Amplitude, the whole way: real taps, real Meltano, the company's own books to compare with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.job import StepResult
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import ANCHOR, DAY, HOUR
from pipelines.verify_streams import expected, held
from tests.load.conftest import House

pytestmark = [pytest.mark.slow, pytest.mark.campaign]  # cli/test_life.py loads it, too, and holds it to the ledger
Load = Callable[..., StepResult]
VENDORS = ("amplitude", "mixpanel")
LATER = ANCHOR + 3 * DAY + 5 * HOUR


def books(company: Company) -> dict[str, Any]:
    """Rows, keys and totals of the two vendors' streams as the company has them."""
    return dict(expected([control(company, told) for told in STREAMS if told.source in VENDORS]))


def loaded(house: House) -> dict[str, Any]:
    return {name: sums for name, sums in held(house.settings).items() if name.startswith(VENDORS)}


def live(house: House, until: int) -> Company:
    """The small company's two vendors, at an instant, in the place of what the simulators show."""
    company = simulate(20240101, "small", until)
    for held_ in company.book.objects.values():
        if held_.vendor in VENDORS:
            house.store.put(held_.vendor, held_.kind, held_.id, held_.created, held_.body)
    house.store.move_to(datetime.fromtimestamp(until, UTC))
    house.store.save()
    return company


def asked(house: House) -> dict[str, int]:
    """How many requests each vendor has had; no fault is in force afterwards."""
    return dict(house.cleared()["seen"])


@pytest.fixture(scope="module")
def company(house: House) -> Company:
    return live(house, ANCHOR)


def test_1_a_first_load_has_all_that_the_books_have(house: House, load: Load, company: Company) -> None:
    assert load(*VENDORS).error is None
    assert loaded(house) == books(company)


def test_2_events_come_with_their_times_in_utc_and_the_features_of_their_session(
    house: House, company: Company
) -> None:
    body = next(
        one.body for one in company.book.objects.values() if (one.vendor, one.kind) == ("mixpanel", "event")
        and len(one.body["properties"].get("features", ())) > 1
    )
    given = body["properties"]
    row = house.rows(
        f"select * from raw_mixpanel.export where mp_reserved_insert_id = '{given['$insert_id']}'"
    )[0]
    assert row["time"] == datetime.fromtimestamp(given["time"], UTC).replace(tzinfo=None)
    assert json.loads(str(row["features"]).replace("'", '"')) == given["features"]
    assert (row["account_id"], row["distinct_id"]) == (str(given["account_id"]), given["distinct_id"])


def test_3_what_is_new_is_loaded_by_few_requests_and_what_mixpanel_got_late_is_not(house: House, load: Load) -> None:
    before = asked(house)
    company = live(house, LATER)
    late = {"event": "report_shared", "properties": {
        "time": ANCHOR - 2 * DAY, "distinct_id": "1000", "$insert_id": "late", "mp_processing_time_ms": LATER * 1000}}
    house.store.put("mixpanel", "event", "late", ANCHOR - 2 * DAY, late)
    house.store.save()
    assert load(*VENDORS).error is None
    assert loaded(house) == books(company)
    after = asked(house)
    # Amplitude: six days since the newest upload by one request each, two listings. Mixpanel: discovery and load ask
    # who we are, discovery which properties there are; then come profiles and one export.
    assert after["amplitude"] - before["amplitude"] <= 9
    assert after["mixpanel"] - before["mixpanel"] <= 12
    assert house.rows("select 1 from raw_mixpanel.export where mp_reserved_insert_id = 'late'") == []
