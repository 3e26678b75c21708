"""The engineer's hand on the sources: paused, read anew, cut, gone on with, drifting, set aside, asked who we are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.access import OPERATOR, Viewer
from app.connections import Connections
from app.errors import NotPermitted, UsageError
from app.secrets import warehouse_url
from app.steering import Steering
from pipelines import backfill, requests, stream_states
from pipelines.credentials import Kept
from pipelines.doctor import Finding, _sources
from pipelines.job import StepResult
from pipelines.loading import load_now
from pipelines.sources import all_sources
from tests.load.conftest import House
from tests.vendors.tiny_company import NOW

pytestmark = pytest.mark.slow
Load = Callable[..., StepResult]
SALESFORCE = all_sources()["salesforce"]
LEAD = "00Q000000000000001"


@pytest.fixture(scope="module")
def connections(house: House) -> Connections:
    return Connections(house.settings)


def drifts(house: House) -> list[tuple[object, ...]]:
    rows = house.rows("select stream, kind, subject, resolved_at is null as is_open from portal.drift order by 1, 2, 3")
    return [tuple(row.values()) for row in rows]


def test_sources_that_can_be_asked_say_who_we_are(house: House) -> None:
    """The tiny company has an account at these; each other source's probe is tested beside its load."""
    found = {finding.name: finding for finding in _sources(house.settings)}
    for name in ("Source Stripe", "Source Salesforce"):
        assert found[name].ok, found[name]


def test_credentials_that_a_source_refuses_are_found_by_the_doctor(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"stripe": {"account_id": "acct_tiny", "client_secret": "sk_test_wrong", "start_date": "2023-01-01"}}
    monkeypatch.setattr("pipelines.credentials.kept", lambda settings: Kept(wrong))
    [finding] = list(_sources(house.settings))
    assert isinstance(finding, Finding)
    assert not finding.ok
    assert "Stripe refuses the credentials: 401" in finding.do
    assert "sk_test_wrong" not in finding.do


def test_a_paused_source_is_left_out_and_goes_on_when_it_is_resumed(
    house: House, load: Load, connections: Connections
) -> None:
    steering = Steering(connections, OPERATOR)
    assert steering.pause("salesforce", "key is being changed")
    assert not steering.pause("salesforce")
    result = load("salesforce", "production")
    assert result.detail == {"loaded": ["production"], "failed": {}, "paused": ["salesforce"]}
    with pytest.raises(UsageError, match="The source 'salesforce' is paused"):
        load_now(house.run(0), ["salesforce"], is_full=False, since=None, anew=False, say=print)
    assert steering.resume("salesforce")
    assert load("salesforce").detail["loaded"] == ["salesforce"]
    acts = [row["action"] for row in house.rows("select action from portal.audit order by audit_id")]
    assert acts[-2:] == ["pause source", "resume source"]


def test_only_engineers_steer(connections: Connections) -> None:
    with pytest.raises(NotPermitted, match=r"Only engineers may steer sources\. Found the roles finance"):
        Steering(connections, Viewer("fi@example.com", ("finance",)))


def test_what_is_asked_for_twice_is_loaded_once(house: House, connections: Connections) -> None:
    steering = Steering(connections, OPERATOR)
    assert steering.ask("salesforce")
    assert not steering.ask("salesforce")
    assert steering.ask("salesforce", is_full=True)
    with create_engine(warehouse_url(house.settings, "plumbline_worker"), poolclass=NullPool).begin() as connection:
        first, second = requests.take(connection), requests.take(connection)
        assert requests.take(connection) is None
        assert first is not None and second is not None
        assert (first.source, first.is_full, second.is_full) == ("salesforce", False, True)
        assert second.commands[0] == ("load", "salesforce", "--full")
        requests.end(connection, first, None)
        requests.end_interrupted(connection)
    ended = house.rows("select error from portal.load_request order by requested_at")
    assert [row["error"] for row in ended] == [None, "The scheduler was stopped before it was done."]


def test_a_new_column_is_loaded_and_reported_and_a_dropped_one_keeps_what_it_had(house: House, load: Load) -> None:
    load("salesforce")
    house.execute("delete from portal.drift")
    changed = NOW + timedelta(hours=1)
    house.store.salesforce("Lead", LEAD, changed, LastName="Müller", Company="M", Score__c=7.5, IsConverted=False)
    house.store.save()
    house.store.move_to(changed + timedelta(hours=1))
    forget_catalog(house)
    load("salesforce")
    assert ("Lead", "new_column", "Score__c", True) in drifts(house)
    assert house.rows('select "Score__c" from raw_salesforce."Lead"') == [{"Score__c": 7.5}]
    version = house.rows("select schema_version as v from portal.stream_state where stream = 'Lead'")[0]["v"]
    later = changed + timedelta(hours=2)
    house.store.salesforce("Lead", LEAD, later, LastName="Muller", Company="M", IsConverted=False)
    house.store.save()
    house.store.move_to(later + timedelta(hours=1))
    # Nobody has forgotten the catalogue: the tap asks for the column, is refused, and is asked anew what there is.
    assert load("salesforce", retries=1).detail["failed"] == {}
    assert ("Lead", "dropped_column", "Score__c", True) in drifts(house)
    assert house.rows("select schema_version as v from portal.stream_state where stream = 'Lead'") == [
        {"v": int(str(version)) + 1}
    ]
    assert house.rows('select "LastName" from raw_salesforce."Lead"') == [{"LastName": "Muller"}]


@pytest.mark.campaign
def test_what_cannot_be_stored_is_set_aside_and_nothing_of_it_is_lost(
    house: House, load: Load, connections: Connections
) -> None:
    load("salesforce")
    later = house.store.now + timedelta(hours=1)
    house.execute('alter table raw_salesforce."Lead" add column "Rank__c" numeric')
    house.store.salesforce("Lead", LEAD, later, LastName="Last", Company="M", Rank__c="high", IsConverted=False)
    house.store.salesforce("User", "005000000000000001", later, Name="Ann Lee-Ray", IsActive=True)
    house.store.save()
    house.store.move_to(later + timedelta(hours=1))
    forget_catalog(house)
    assert load("salesforce", retries=2).detail["failed"] == {}
    assert house.rows('select "Name" from raw_salesforce."User"') == [{"Name": "Ann Lee-Ray"}]
    assert ("Lead", "not_loadable", "Lead", True) in drifts(house)
    engine = create_engine(warehouse_url(house.settings, "plumbline_worker"), poolclass=NullPool)
    assert stream_states.aside(engine, SALESFORCE) == ("Lead",)
    house.execute('alter table raw_salesforce."Lead" alter column "Rank__c" type text')
    outcome = load_now(house.run(1), ["salesforce"], is_full=False, since=None, anew=False, say=print)
    assert (outcome.loaded, dict(outcome.failed)) == (["salesforce"], {})
    assert house.rows('select "LastName", "Rank__c" from raw_salesforce."Lead"') == [
        {"LastName": "Last", "Rank__c": "high"}
    ]
    assert ("Lead", "not_loadable", "Lead", False) in drifts(house)


@pytest.mark.campaign  # the table of faults has a load that times out
def test_an_increment_that_takes_too_long_is_ended_and_told(house: House, load: Load) -> None:
    load("salesforce")
    house.fault(vendor="salesforce", kind="slow", seconds=40, after=1)
    run = house.run(0)
    run = replace(run, settings=run.settings.model_copy(update={"load_minutes": 0.2}))
    outcome = load_now(run, ["salesforce"], is_full=False, since=None, anew=False, say=print)
    house.fault()
    assert "timed out" in outcome.failed["salesforce"]
    assert load("salesforce").detail["loaded"] == ["salesforce"]


def test_a_full_load_reads_from_the_day_asked_and_one_that_was_cut_goes_on(house: House, load: Load) -> None:
    said: list[str] = []
    since = NOW - timedelta(days=15)
    house.forget()
    load("salesforce")
    house.execute('truncate raw_salesforce."Opportunity"')
    house.fault(vendor="salesforce", status=503)
    cut = load_now(house.run(0), ["salesforce"], is_full=True, since=since, anew=False, say=said.append)
    assert "503" in cut.failed["salesforce"]
    engine = create_engine(warehouse_url(house.settings, "plumbline_worker"), poolclass=NullPool)
    under_way = backfill.unfinished(engine, SALESFORCE)
    assert under_way is not None and under_way.since == since
    house.fault()
    whole = load_now(house.run(0), ["salesforce"], is_full=True, since=since, anew=False, say=said.append)
    assert dict(whole.failed) == {}
    assert any(each.startswith("salesforce: going on with the full load that was begun at") for each in said)
    assert backfill.unfinished(engine, SALESFORCE) is None
    # Of two opportunities, changed 20 and 19 days ago, none is younger than 15 days.
    assert house.count('raw_salesforce."Opportunity"') == 0
    load_now(house.run(0), ["salesforce"], is_full=True, since=None, anew=False, say=said.append)
    assert house.count('raw_salesforce."Opportunity"') == house.stored("salesforce", "Opportunity")


def test_a_source_without_a_start_cannot_be_loaded_since_a_day(house: House) -> None:
    engine = create_engine(warehouse_url(house.settings, "plumbline_worker"), poolclass=NullPool)
    with pytest.raises(UsageError, match="Production database is always read whole"):
        backfill.begin(engine, house.settings, all_sources()["production"], datetime(2026, 1, 1, tzinfo=UTC))
    with engine.connect() as connection:
        assert not connection.scalar(text("select count(*) from portal.backfill where source = 'production'"))


def forget_catalog(house: House) -> None:
    """As after an hour: what Meltano keeps of the taps' discoveries is old."""
    for mark in (house.settings.home / "meltano" / "run").glob("*/tap.properties.cache_key"):
        mark.unlink()
