"""Raw rows of Mixpanel and Amplitude, written by hand as the loader leaves them, and what staging makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import connection

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.dbt import dbt_folder, run_dbt
from tests.models import meridian
from tests.models.conftest import answers

TABLES = """
create table raw_mixpanel.export
    (event text, distinct_id text, "time" timestamp without time zone, mp_reserved_insert_id text,
    mp_processing_time_ms text, account_id text, features text, duration_seconds text, user_agent text);
insert into raw_mixpanel.export values
    ('session_ended', '1000', '2026-11-20 10:00:00', 'a', '1795168800500', '1', '[''dashboards'', ''ask'']', '61.0',
     'X'),
    ('session_ended', 'probe', '2026-11-20 10:00:01', 'b', null, null, '["dashboards"]', '3',
     'MeridianUptime/1.4 (bot)'),
    ('signed_up', '1001', '2026-11-20 10:00:02', 'c', null, '1', null, null, 'Robotics 1'),
    ('session_ended', '1002', '2026-11-20 10:00:03', 'd', null, '1', '[]', '5', null);
create table raw_mixpanel.engage
    (distinct_id text, mp_reserved_email text, mp_reserved_last_seen text, mp_reserved_created text);
insert into raw_mixpanel.engage values ('1000', 'Ada@Meridian.Example', '2026-11-20T10:00:00', null);
create table raw_amplitude.events
    (uuid text, event_type text, user_id text, event_time timestamp without time zone,
    server_upload_time timestamp without time zone, event_properties jsonb, user_properties jsonb);
insert into raw_amplitude.events values
    ('u', 'session_ended', '7000', '2026-11-17 00:00:00', '2026-11-20 05:00:00',
     '{"features": ["pulse", "digests"], "duration_seconds": 90}', '{"email": "B@Acorn.Example", "account_id": 7}');
"""
SCHEMAS = ("raw_mixpanel", "raw_amplitude")


@pytest.fixture(scope="module")
def admin(migrated: Settings) -> Iterator[connection]:
    """The warehouse with the views of staging over rows written by hand; its raw schemas as they were afterwards."""
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as opened:
        with opened.cursor() as cursor:
            cursor.execute(TABLES)
            for schema in SCHEMAS:
                cursor.execute(f"grant select on all tables in schema {schema} to plumbline_builder")
        opened.commit()
        result = run_dbt(
            warehouse_url(migrated, "plumbline_builder"), dbt_folder(migrated),
            ("run", "--select", "stg_mixpanel__*", "stg_amplitude__*"), as_of=meridian.AS_OF,
            timezone="America/New_York",
        )  # fmt: skip
        assert result.success, result.exception
        yield opened
        opened.rollback()
        with opened.cursor() as cursor:
            for table in ("raw_mixpanel.export", "raw_mixpanel.engage", "raw_amplitude.events"):
                cursor.execute(f"drop table {table} cascade")
        opened.commit()


def test_the_features_of_a_session_are_a_list_however_the_tap_wrote_them(admin: connection) -> None:
    query = "select event_id, features, duration_seconds from staging.stg_mixpanel__events order by 1"
    assert answers(admin, query) == [
        ("a", ["dashboards", "ask"], 61), ("b", ["dashboards"], 3), ("c", None, None), ("d", None, 5)]


def test_a_machine_is_known_by_its_user_agent(admin: connection) -> None:
    query = "select event_id from staging.stg_mixpanel__events where is_machine"
    assert answers(admin, query) == [("b",)]


def test_times_are_utc_and_what_the_source_never_sent_is_nothing(admin: connection) -> None:
    query = ("select occurred_at at time zone 'UTC' = '2026-11-20 10:00:00', extract(epoch from received_at), browser "
             "from staging.stg_mixpanel__events where event_id = 'a'")  # fmt: skip
    assert answers(admin, query) == [(True, 1795168800.5, None)]
    query = "select email, email_domain, created_at, full_name from staging.stg_mixpanel__profiles"
    assert answers(admin, query) == [("ada@meridian.example", "meridian.example", None, None)]


def test_an_event_of_amplitude_reads_as_one_of_mixpanel(admin: connection) -> None:
    query = ("select event_name, user_id, account_id, email_domain, features, duration_seconds, "
             "occurred_at at time zone 'UTC' = '2026-11-17', received_at > occurred_at "
             "from staging.stg_amplitude__events")  # fmt: skip
    assert answers(admin, query) == [
        ("session_ended", "7000", "7", "acorn.example", ["pulse", "digests"], 90, True, True)]


def test_without_taxonomy_and_cohorts_their_views_are_empty(admin: connection) -> None:
    assert answers(admin, "select count(*) from staging.stg_amplitude__event_types") == [(0,)]
    assert answers(admin, "select count(*) from staging.stg_amplitude__cohorts") == [(0,)]
