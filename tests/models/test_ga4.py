"""What was restated away is told apart from what is current."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from psycopg2.extensions import connection

from tests.models.conftest import answers

pytestmark = pytest.mark.slow
READINGS = [
    ("2026-11-20", "(not set)", 30, "2026-11-21 11:00:00"),  # the day's first telling: no campaign known yet
    ("2026-11-20", "brand_search", 12, "2026-11-22 10:00:10"),
    ("2026-11-20", "pmax_trial", 18, "2026-11-22 10:00:40"),
    ("2026-11-20", "pmax_trial", 18, "2026-11-22 10:00:40"),  # appended twice by a tap that was cut
    ("2026-11-05", "brand_search", 7, "2026-11-19 11:00:00"),  # older than the tap looks back: told once, and current
]


def test_a_row_that_its_day_no_longer_has_is_not_current(database: connection, stage: Callable[..., None]) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "create table raw_ga4.traffic (date timestamp, session_campaign_name text, sessions numeric, "
            "_sdc_extracted_at timestamp)"
        )
        cursor.execute("grant select on raw_ga4.traffic to public")
        cursor.execute("grant usage on schema raw_ga4 to public")
        cursor.executemany("insert into raw_ga4.traffic values (%s, %s, %s, %s)", READINGS)
    database.commit()
    stage("stg_ga4__traffic")
    found = answers(
        database,
        "select visit_date, campaign_name, session_count, is_current from staging.stg_ga4__traffic order by 1, 2",
    )
    assert found == [
        (date(2026, 11, 5), "brand_search", 7, True), (date(2026, 11, 20), "(not set)", 30, False),
        (date(2026, 11, 20), "brand_search", 12, True), (date(2026, 11, 20), "pmax_trial", 18, True),
    ]


def test_a_bounce_that_was_appended_twice_is_one_bounce(database: connection, stage: Callable[..., None]) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table raw_sendgrid.bounces (email text, created bigint, reason text, status text)")
        cursor.execute("grant select on raw_sendgrid.bounces to public")
        cursor.execute("grant usage on schema raw_sendgrid to public")
        for created in (1_790_000_000, 1_790_000_000, 1_790_000_060):
            cursor.execute("insert into raw_sendgrid.bounces values ('A@b.c', %s, 'full', '5.2.2')", (created,))
    database.commit()
    stage("stg_sendgrid__bounces")
    found = answers(database, "select email, happened_at from staging.stg_sendgrid__bounces order by 2")
    at = datetime.fromtimestamp(1_790_000_000, UTC)
    assert found == [("a@b.c", at), ("a@b.c", at.replace(minute=at.minute + 1))]


def test_a_property_that_was_never_loaded_has_no_rows(database: connection, stage: Callable[..., None]) -> None:
    stage("stg_ga4__*")
    for report in ("traffic", "landing_pages", "events", "devices", "countries"):
        assert answers(database, f"select count(*) from staging.stg_ga4__{report}") == [(0,)]
