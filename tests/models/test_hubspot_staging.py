"""HubSpot's raw rows, written by hand as the loader leaves them, and what staging makes of them."""

from __future__ import annotations

import json
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

CAMPAIGN = [{"name": "utm_source", "value": "google"}, {"name": "utm_campaign", "value": "brand_search"}]
SUBMISSIONS = (
    ("s1", [{"name": "email", "value": " Contact@Acorn.Example "}, *CAMPAIGN]),
    ("s2", [{"name": "firstname", "value": "Ada"}]),
)
TABLES = """
create table raw_hubspot.form_submissions
    ("conversionId" text, "formId" text, "submittedAt" timestamp without time zone, "values" jsonb[]);
create table raw_hubspot.campaigns
    (id bigint, name text, subject text, type text, "numIncluded" bigint, counters jsonb);
create table raw_hubspot.contacts
    (id text, property_email text, property_website text, property_hs_email_optout boolean,
    property_hs_marketable_status text, "createdAt" timestamp without time zone);
insert into raw_hubspot.campaigns values (7, 'News', 'Hello', 'AUTOMATED_EMAIL', 3, '{"delivered": 2, "open": 5}');
insert into raw_hubspot.contacts values
    ('1', 'Ada@Acorn.Example', 'https://www.Acorn.example/about?x=1', true, 'true', '2026-01-02 03:04:05'),
    ('2', null, 'acorn.example', null, null, null);
"""


@pytest.fixture(scope="module")
def admin(migrated: Settings) -> Iterator[connection]:
    """The warehouse with the views of staging over rows written by hand; its raw schema as it was afterwards."""
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as opened:
        with opened.cursor() as cursor:
            cursor.execute(TABLES)
            cursor.execute("grant select on all tables in schema raw_hubspot to plumbline_builder")
            for key, values in SUBMISSIONS:
                cursor.execute(
                    "insert into raw_hubspot.form_submissions values (%s, 'f', '2026-01-02 03:04:05', %s::jsonb[])",
                    (key, [json.dumps(value) for value in values]),
                )
        opened.commit()
        result = run_dbt(
            warehouse_url(migrated, "plumbline_builder"), dbt_folder(migrated), ("run", "--select", "stg_hubspot__*"),
            as_of=meridian.AS_OF, timezone="America/New_York",
        )  # fmt: skip
        assert result.success, result.exception
        yield opened
        opened.rollback()
        with opened.cursor() as cursor:
            for table in ("form_submissions", "campaigns", "contacts"):
                cursor.execute(f"drop table raw_hubspot.{table} cascade")
        opened.commit()


def test_a_submission_tells_its_address_in_lower_case_and_its_marks(admin: connection) -> None:
    query = ("select submission_id, email, utm_source, utm_medium, utm_campaign, "
             "submitted_at at time zone 'UTC' = '2026-01-02 03:04:05' from staging.stg_hubspot__form_submissions "
             "order by 1")  # fmt: skip
    assert answers(admin, query) == [
        ("s1", "contact@acorn.example", "google", None, "brand_search", True),
        ("s2", None, None, None, None, True),
    ]


def test_a_counter_that_is_not_told_is_zero(admin: connection) -> None:
    query = ("select email_campaign_id, is_automated, delivered_count, opens_count, clicks_count "
             "from staging.stg_hubspot__email_campaigns")  # fmt: skip
    assert answers(admin, query) == [("7", True, 2, 5, 0)]


def test_a_contact_has_its_address_and_its_domain_plain(admin: connection) -> None:
    query = ("select contact_id, email, website_domain, is_opted_out, is_bounced, is_marketing_contact "
             "from staging.stg_hubspot__contacts order by 1")  # fmt: skip
    assert answers(admin, query) == [
        ("1", "ada@acorn.example", "acorn.example", True, False, True),
        ("2", None, "acorn.example", False, False, False),
    ]


@pytest.mark.parametrize("view", ["email_events", "contact_lists", "forms"])
def test_a_stream_that_was_never_loaded_is_empty(admin: connection, view: str) -> None:
    assert answers(admin, f"select count(*) from staging.stg_hubspot__{view}") == [(0,)]
