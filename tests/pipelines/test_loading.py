"""A full load that is asked for while its source is being loaded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text

from app.errors import UsageError
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.backfill import begin, finish, unfinished
from pipelines.connecting import keep
from pipelines.job import Run
from pipelines.load_record import LoadRecord, Pull
from pipelines.loading import load_now
from pipelines.pull import held
from pipelines.sources import all_sources

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SALESFORCE = all_sources()["salesforce"]


@pytest.fixture
def engine(migrated: Settings) -> Engine:
    made = create_engine(warehouse_url(migrated, "plumbline_worker"))
    with made.begin() as connection:
        connection.execute(text("delete from portal.backfill"))
    return made


def test_it_is_not_begun_since_the_load_under_way_would_end_it(migrated: Settings, engine: Engine) -> None:
    company = migrated.model_copy(update={"sandbox_scale": "none"})
    keep(company, SALESFORCE, {one.key: "2022-01-01" for one in SALESFORCE.credentials if one.default is None})
    run = Run(uuid4(), NOW, company, "load")
    with held(company, SALESFORCE.extractors):
        done = load_now(run, ["salesforce"], is_full=True, since=None, anew=False, say=print)
    assert (done.loaded, done.left_out) == ([], {"salesforce": "It is being loaded already."})
    assert unfinished(engine, SALESFORCE) is None


def test_a_source_that_is_not_connected_is_refused_with_the_way_to_connect_it(migrated: Settings) -> None:
    """Files take no credentials: `plumbline connect files` would be refused as well."""
    own = migrated.model_copy(update={"sandbox_scale": "none"})
    run = Run(uuid4(), NOW, own, "load")
    ways = {"hubspot": "Run `plumbline connect hubspot`", "files": f"Put one of its files into {own.files}"}
    for name, do in ways.items():
        with pytest.raises(UsageError, match=f"The source '{name}' is not connected. .* {do}"):
            load_now(run, [name], is_full=False, since=None, anew=False, say=print)


def test_a_load_that_began_before_it_does_not_end_it(migrated: Settings, engine: Engine) -> None:
    begin(engine, migrated, SALESFORCE, None)
    found = unfinished(engine, SALESFORCE)
    assert found is not None
    finish(engine, SALESFORCE, found.started_at - timedelta(seconds=1))
    assert unfinished(engine, SALESFORCE) == found
    finish(engine, SALESFORCE, found.started_at + timedelta(seconds=1))
    assert unfinished(engine, SALESFORCE) is None


def test_a_day_from_which_one_source_cannot_be_read_begins_none(migrated: Settings, engine: Engine) -> None:
    company = migrated.model_copy(update={"sandbox_scale": "none"})
    keep(company, SALESFORCE, {one.key: "2022-01-01" for one in SALESFORCE.credentials if one.default is None})
    keep(company, all_sources()["production"], {"url": "postgresql://reader:p@127.0.0.1:1/shop"})
    run = Run(uuid4(), NOW, company, "load")
    with pytest.raises(UsageError, match="Production database is always read whole"):
        load_now(run, [], is_full=True, since=NOW - timedelta(days=9), anew=False, say=print)
    assert unfinished(engine, SALESFORCE) is None


def test_a_day_after_the_last_load_is_refused_since_what_changed_before_it_would_never_come(
    migrated: Settings, engine: Engine
) -> None:
    company = migrated.model_copy(update={"sandbox_scale": "none"})
    keep(company, SALESFORCE, {one.key: "2022-01-01" for one in SALESFORCE.credentials if one.default is None})
    run = Run(uuid4(), NOW, company, "load")
    record = LoadRecord(engine, run.run_id, NOW - timedelta(days=9))
    record.begin(SALESFORCE, is_full=False, log="")
    assert record.finish(SALESFORCE, [Pull("tap-salesforce")]) is None
    for since in (NOW - timedelta(days=8), NOW + timedelta(days=365)):
        with pytest.raises(UsageError, match="was last loaded as of 2026-11-13 12:00 UTC, and what changed before"):
            load_now(run, ["salesforce"], is_full=True, since=since, anew=False, say=print)
    assert unfinished(engine, SALESFORCE) is None
