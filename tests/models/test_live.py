"""New rows reach the figures at once: what a part builds is what the whole would, and else nothing is touched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from uuid import uuid4

import pytest
from psycopg2.extensions import connection

from app.clock import wall
from app.errors import FellShort
from app.settings import Settings
from pipelines import dbt, live
from pipelines.build import BUILD_LOCK, build, only_build
from pipelines.job import Run
from pipelines.live import MOST_TRIES, Waiting
from pipelines.live_build import LiveBuild, build_live, read_models
from tests.models import meridian
from tests.models.conftest import answers, built_once, contents
from tests.models.raw_tables import TEXT, fill, fill_files, fill_stripe

Build = Callable[[datetime], None]
APRIL = datetime(2024, 4, 20, 15, tzinfo=UTC)
ACCOUNTS = {"id": TEXT, "is_internal": "boolean", "created_at": "timestamp without time zone"}
USERS = {"id": TEXT, "account_id": TEXT, "last_seen_at": "timestamp without time zone"}
MIDNIGHT = datetime(2024, 5, 1, 4, tzinfo=UTC)
SEEN = datetime(2024, 4, 19, 9)  # as the loader writes it, in UTC
PRODUCT = "select claimed_value from mart_executive.claims where department = 'Product'"
NOBODY_READS = "abacus"
"""A source of which no model is made; all those of ours are read."""


def load(database: connection) -> None:
    fill_stripe(database, meridian.objects(), extracted_at=datetime(2024, 4, 5, tzinfo=UTC))
    fill_files(database, {"exchange_rates": meridian.RATES, "contracts": meridian.CONTRACTS})
    fill(database, "raw_production", "accounts", ACCOUNTS, [
        {"id": "acc_1", "is_internal": False, "created_at": datetime(2024, 1, 10)},
        {"id": "acc_2", "is_internal": False, "created_at": datetime(2024, 1, 20)},
    ])  # fmt: skip
    fill(database, "raw_production", "users", USERS, [{"id": "u_1", "account_id": "acc_1", "last_seen_at": SEEN}])


@pytest.fixture
def loaded(database: connection) -> connection:
    load(database)
    return database


built = built_once("april", load, APRIL)


def test_nothing_is_built_before_the_whole_was(migrated: Settings, loaded: connection) -> None:
    _execute(loaded, "delete from portal.build_run")
    assert build_live(migrated, APRIL, {"production": wall()}) == LiveBuild()


@pytest.mark.slow
def test_a_new_user_of_the_product_counts_at_once(migrated: Settings, built: connection) -> None:
    assert answers(built, PRODUCT) == [(1,)]
    untouched = "select oid from pg_class where oid = 'core.fct_invoice'::regclass"
    before = answers(built, untouched)
    heard = wall()
    _execute(built, "insert into raw_production.users values ('u_2', 'acc_2', '2024-04-20 09:00')")
    found = build_live(migrated, APRIL, {"production": heard, NOBODY_READS: heard})
    assert (found.failures, answers(built, PRODUCT)) == ((), [(2,)])
    assert answers(built, untouched) == before
    assert answers(built, "select sources, result, as_of, heard_at <= started_at and started_at <= ended_at, "
                          "models_count from portal.live_build order by started_at desc limit 1") == [
        ([NOBODY_READS, "production"], "ok", APRIL, True, found.models)
    ]  # fmt: skip
    assert found.models == 8
    assert answers(built, "select count(*) from pg_tables where schemaname = 'rollup_next'") == [(0,)]


@pytest.mark.slow
def test_a_part_comes_to_what_the_whole_comes_to(migrated: Settings, built: connection, build_as_of: Build) -> None:
    """Ada's subscription ends by a webhook; every row of every rollup and core table is compared with a whole build."""
    first = contents(migrated, built)
    heard = wall()
    event = {"id": "evt_end", "object": "event", "type": "customer.subscription.deleted", "created": meridian.at(4, 10),
             "data": {"object": meridian.ada(ended_at=meridian.at(4, 10))}}  # fmt: skip
    _execute(built, "insert into raw_stripe_webhook.event (event_id, type, created, payload, state) values "
                    "(%s, %s, to_timestamp(%s), %s, 'read')",
             event["id"], event["type"], event["created"], json.dumps(event))  # fmt: skip
    assert build_live(migrated, APRIL, {"stripe_webhook": heard}).failures == ()
    part = contents(migrated, built)
    build_as_of(APRIL)
    assert part == contents(migrated, built)
    assert {table for table in part if part[table] != first[table]} >= {"rollup.mrr_month", "rollup.customers_month"}


@pytest.mark.slow
def test_what_a_whole_build_has_seen_or_a_new_day_begins_is_left_to_it(migrated: Settings, built: connection) -> None:
    ((began,),) = answers(built, "select max(started_at) from portal.build_run")
    assert build_live(migrated, APRIL, {"production": began - timedelta(seconds=1)}) == LiveBuild()
    assert build_live(migrated, APRIL + timedelta(days=1), {"production": wall()}) == LiveBuild()
    assert build_live(migrated, APRIL, {NOBODY_READS: wall()}) == LiveBuild()
    assert build_live(migrated, APRIL - timedelta(hours=1), {"production": wall()}) == LiveBuild(), "back in time"
    _execute(built, "update portal.build_run set as_of = %s where started_at = %s", MIDNIGHT, began)
    assert build_live(migrated, datetime(2024, 5, 1, 15, tzinfo=UTC), {"production": wall()}) == LiveBuild(), (
        "at midnight, as of which a build of a day speaks, the day before is the last one known"
    )


@pytest.mark.slow
def test_nothing_is_built_on_what_a_whole_build_that_fell_short_has_left(
    migrated: Settings, built: connection, build_as_of: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it made of core stands; rollups that a part of another source works out read it, such as kpi_day."""
    paid = "select count(*) from rollup.kpi_day where unique_id = 'payments_count'"
    charge = {"id": "ch_1", "object": "charge", "customer": "cus_ada", "status": "succeeded", "currency": "usd",
              "amount": 700, "created": meridian.at(4, 10)}  # fmt: skip
    _execute(built, "insert into raw_stripe_webhook.event (event_id, type, created, payload, state) values "
                    "('evt_1', 'charge.succeeded', to_timestamp(%s), %s, 'read')",
             meridian.at(4, 10), json.dumps({"data": {"object": charge}}))  # fmt: skip
    with monkeypatch.context() as changed:
        shutil.copytree(dbt.PROJECT, tmp_path / "models")
        changed.setattr(dbt, "PROJECT", tmp_path / "models")
        (tmp_path / "models/tests/assert_nobody_pays.sql").write_text("select * from {{ ref('mrr_month') }} limit 1\n")
        with pytest.raises(FellShort, match="nobody pays"):
            build_as_of(APRIL)
    assert answers(built, "select count(*) from core.fct_payment") == [(1,)]
    assert build_live(migrated, APRIL, {"production": wall()}) == LiveBuild()
    assert answers(built, paid) == [(0,)]


@pytest.mark.slow
def test_a_whole_build_speaks_about_the_present_and_not_about_when_its_job_began(
    migrated: Settings, loaded: connection
) -> None:
    """Its loads take minutes, in which figures of later rows are built at once; those must not be taken back."""
    company = migrated.model_copy(update={"sandbox_scale": "none"})
    began = wall() - timedelta(minutes=4)
    spoken = "select as_of from portal.build_run order by started_at desc limit 1"
    build(Run(uuid4(), began, company, "keep_fresh", is_now=True))
    ((found,),) = answers(loaded, spoken)
    assert found > began + timedelta(minutes=4)
    written = "select oid, xmin from pg_class where relnamespace = 'staging'::regnamespace order by 1"
    views = answers(loaded, written)
    build(Run(uuid4(), began, company, "build"))
    assert answers(loaded, spoken) == [(began,)]
    assert answers(loaded, written) == views and len(views) > 90, "views that would be the same are left be"


@pytest.mark.slow
def test_an_invariant_that_does_not_hold_keeps_the_part_from_readers(
    migrated: Settings, built: connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(dbt.PROJECT, tmp_path / "models")
    monkeypatch.setattr(dbt, "PROJECT", tmp_path / "models")
    (tmp_path / "models/tests/assert_nobody_uses_it.sql").write_text(
        "select * from {{ ref('department_claim') }} where department = 'Product' and claimed_value > 1\n"
    )
    _execute(built, "insert into raw_production.users values ('u_2', 'acc_2', '2024-04-20 09:00')")
    [failure] = build_live(migrated, APRIL, {"production": wall()}).failures
    assert failure.startswith("The invariant 'nobody uses it' does not hold: ")
    assert answers(built, PRODUCT) == [(1,)]
    newest = "select result, error from portal.live_build order by started_at desc limit 1"
    assert answers(built, newest) == [("failed", failure)]
    assert build_live(migrated, APRIL, {"salesforce": wall()}).failures == (failure,), "it reads what that one left"
    (tmp_path / "models/tests/assert_nobody_uses_it.sql").unlink()
    assert build_live(migrated, APRIL, {"salesforce": wall()}).failures == ()
    sources = "select sources from portal.live_build order by started_at desc limit 1"
    assert answers(built, sources) == [(["production", "salesforce"],)]
    assert answers(built, PRODUCT) == [(2,)]
    assert build_live(migrated, APRIL, {"salesforce": wall()}).failures == ()
    assert answers(built, sources) == [(["salesforce"],)]


@pytest.mark.slow
def test_the_service_hears_of_an_event_that_stripe_posts_while_it_begins(
    migrated: Settings, built: connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes while the project is read, which takes long."""
    _execute(built, "delete from portal.live_build")
    monkeypatch.setattr(live, "as_of", lambda settings: APRIL)
    read, stopping, was_read = read_models, Event(), Event()

    def reading(settings: Settings, at: datetime) -> None:
        if not was_read.is_set():
            was_read.set()
            _execute(built, "notify plumbline_raw, 'anything'")
            _execute(built, "insert into raw_stripe_webhook.event (event_id, type, created, payload, state) values "
                            "('evt_1', 'charge.succeeded', now(), '{}', 'ignored')")  # fmt: skip
        read(settings, at)

    monkeypatch.setattr(live, "read_models", reading)
    service = Thread(target=live.serve, args=(migrated, stopping))
    with closing(live._listening(migrated)) as heard:
        service.start()
        try:
            was_read.wait(60)
            _until(built, "select exists (select 1 from portal.live_build where sources = array['stripe_webhook'])")
        finally:
            stopping.set()
            service.join()
        heard.poll()
        assert [note.payload for note in heard.notifies] == ["anything", "stripe_webhook"]


@pytest.mark.slow
def test_the_service_ends_at_once_though_another_builds(migrated: Settings, loaded: connection) -> None:
    stopping = Event()
    waiting = Thread(target=live.serve, args=(migrated, stopping))
    wanted = f"select count(*) > 0 from pg_stat_activity where query like '%{BUILD_LOCK}%' and pid <> pg_backend_pid()"
    with only_build(migrated):
        waiting.start()
        _until(loaded, "select exists (select 1 from pg_stat_activity where query = 'listen plumbline_raw')")
        _execute(loaded, "notify plumbline_raw, 'production'")
        _until(loaded, wanted.replace("> 0", "> 1"))
        stopping.set()
        waiting.join(5)
        assert not waiting.is_alive()


def test_what_is_heard_during_a_pause_waits_and_keeps_its_time() -> None:
    waiting, first = Waiting(), datetime(2026, 1, 1, tzinfo=UTC)
    waiting.hear("stripe", first)
    waiting.hear("stripe", first + timedelta(seconds=5))
    taken = waiting.take(100.0)
    assert (taken, waiting.take(100.0)) == ({"stripe": first}, {})
    waiting.done(taken, LiveBuild(3), seconds=7.0, now=107.0)
    waiting.hear("production", first)
    assert (waiting.take(113.9), waiting.take(114.0)) == ({}, {"production": first})


def test_what_fell_short_is_tried_again_and_then_left_to_the_whole_build() -> None:
    waiting, first = Waiting(), datetime(2026, 1, 1, tzinfo=UTC)
    waiting.hear("stripe", first)
    tries, now = 0, 0.0
    while taken := waiting.take(now):
        tries += 1
        waiting.hear("stripe", first + timedelta(hours=1))
        waiting.done(taken, LiveBuild(0, ("It fell short.",)), seconds=1.0, now=now)
        now += 60.0
        if tries < MOST_TRIES:
            assert waiting.since == {"stripe": first}
        else:
            waiting.since.clear()
    assert tries == MOST_TRIES


def _execute(database: connection, statement: str, *values: object) -> None:
    with database.cursor() as cursor:
        cursor.execute(statement, values or None)
    database.commit()


def _until(database: connection, query: str) -> None:
    give_up = monotonic() + 60
    while answers(database, query) != [(True,)]:
        assert monotonic() < give_up, f"still not: {query}"
        sleep(0.1)
