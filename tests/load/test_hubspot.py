"""The published tap against the simulated HubSpot, into a real Postgres: as the company's books have it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines import probing
from pipelines.catalog import forget
from pipelines.job import StepResult
from pipelines.loading import load_now
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import ANCHOR, DAY
from pipelines.sources.hubspot import SOURCE, sandbox
from pipelines.verify_streams import expected, held
from tests.load.conftest import House

pytestmark = pytest.mark.slow
Load = Callable[..., StepResult]
SEED = 20240101


def books(company: Company) -> dict[str, Any]:
    """Rows, keys and totals of HubSpot's streams as the company has them."""
    return dict(expected([control(company, told) for told in STREAMS if told.source == "hubspot"]))


def loaded(house: House) -> dict[str, Any]:
    return {name: sums for name, sums in held(house.settings).items() if name.startswith("hubspot.")}


def live(house: House, until: int) -> Company:
    """The small company's HubSpot, at an instant, in the place of what the simulator shows."""
    company = simulate(SEED, "small", until)
    for one in company.book.objects.values():
        if one.vendor == "hubspot":
            house.store.connection.execute(
                "insert or replace into object values (?, ?, ?, ?, ?, 0, ?, ?)",
                (one.vendor, one.kind, one.id, one.created, one.updated, house.store.seq, one.raw),
            )
    house.store.save()
    house.store.move_to(datetime.fromtimestamp(until, UTC))
    return company


def begun(house: House, load: Load) -> None:
    """With a first load, also where the test that makes it was not chosen."""
    if house.rows("select to_regclass('raw_hubspot.contacts') is null as missing")[0]["missing"]:
        live(house, ANCHOR - 40 * DAY)
        assert load("hubspot").detail["failed"] == {}


def test_a_first_load_holds_what_the_books_hold(house: House, load: Load) -> None:
    company = live(house, ANCHOR - 40 * DAY)
    assert load("hubspot").detail["failed"] == {}
    assert loaded(house) == books(company)


@pytest.mark.campaign
def test_an_increment_brings_what_is_new_and_changed_and_no_more(house: House, load: Load) -> None:
    begun(house, load)
    before = house.rows("select id, max(_sdc_sequence) as read from raw_hubspot.contacts group by id")
    company = live(house, ANCHOR)
    assert load("hubspot").detail["failed"] == {}
    assert loaded(house) == books(company)
    after = {row["id"]: row["read"] for row in house.rows("select id, _sdc_sequence as read from raw_hubspot.contacts")}
    again = [row["id"] for row in before if after[row["id"]] != row["read"]]
    changed = [one.id for one in company.book.objects.values() if (one.vendor, one.kind) == ("hubspot", "contact")
               and one.created <= ANCHOR - 40 * DAY < one.updated]  # fmt: skip
    # One more: the tap reads from its bookmark on, the instant of the newest contact that it had.
    assert set(changed) <= set(again)
    assert len(again) <= len(changed) + 1
    stages = "select property_lifecyclestage as stage, count(*) as n from raw_hubspot.contacts group by 1"
    held_stages = {row["stage"]: row["n"] for row in house.rows(stages)}
    told = [one.body["properties"]["lifecyclestage"] for one in company.book.objects.values()
            if (one.vendor, one.kind) == ("hubspot", "contact")]  # fmt: skip
    assert held_stages == {stage: told.count(stage) for stage in set(told)}


@pytest.mark.parametrize(
    ("path", "stream", "why"),
    [pytest.param("/email/public/v1/campaigns", "campaigns", "the scope content is missing", id="that it passes over"),
     pytest.param("/crm/v3/lists", "contact_lists", "the scope to read it is missing", id="that it fails at",
                  marks=pytest.mark.campaign),
     pytest.param("/crm/v3/properties/contacts", "contacts", "the scope to describe it is missing",
                  id="that it may not describe", marks=pytest.mark.campaign)],
)  # fmt: skip
def test_a_stream_that_the_tap_may_not_read_is_set_aside_and_says_so_while_the_others_go_on(
    house: House, load: Load, path: str, stream: str, why: str
) -> None:
    """HubSpot answers 403 in its own words. At most streams the tap ends with code 0 all the same."""
    begun(house, load)
    house.fault(vendor="hubspot", status=403, path=path)
    forget(house.settings, "tap-hubspot")
    assert load("hubspot").detail["failed"] == {}
    house.fault()
    states = "select stream, quarantine_reason as why from portal.stream_state where quarantined_at is not null"
    assert house.rows(states) == [{"stream": stream, "why": why}]
    incidents = "select stream, found, expected from portal.drift where kind = 'not_loadable' and resolved_at is null"
    assert house.rows(incidents) == [{"stream": stream, "found": why, "expected": "a login that may read it"}]
    last = f"select max(_sdc_batched_at)::text as at from raw_hubspot.{stream}"
    before = house.rows(last)[0]["at"]
    done = load_now(house.run(0), ["hubspot"], is_full=False, since=None, anew=False, say=print)
    assert done.failed == {}
    assert house.rows(states) == house.rows(incidents) == []
    assert str(house.rows(last)[0]["at"]) > str(before)


def test_the_probe_says_whose_account_it_is(house: House) -> None:
    assert SOURCE.probe is not None
    with probing.client(house.settings) as http:
        assert SOURCE.probe(sandbox(house.settings), http) == "account 4816230 (app-eu1.hubspot.com)"
