"""Refunds, disputes, fees, payouts and the CRM's changes, by hand as they load, and what staging makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.dbt import dbt_folder, run_dbt
from tests.models import meridian
from tests.models.conftest import answers
from tests.models.raw_tables import INSTANT, TEXT, fill, fill_stripe

DAY = 86_400
JUNE = meridian.at(6, 1)
CHARGE = {"object": "charge", "customer": "cus_ada", "invoice": "in_1", "status": "succeeded", "currency": "usd",
          "amount": 10000, "failure_code": None, "created": JUNE}  # fmt: skip
HISTORY = (("created", "Text", None, None), ("Amount", "Currency", "1000.0", "1200.5"),
           ("CloseDate", "DateOnly", "2026-12-01", "2026-11-02"))  # fmt: skip


def refund(key: str, amount: int, created: int) -> dict[str, Any]:
    return {"id": key, "object": "refund", "charge": "ch_1", "amount": amount, "currency": "USD", "created": created,
            "status": "succeeded", "reason": "duplicate", "balance_transaction": f"txn_{key}"}  # fmt: skip


def refunds(*held: dict[str, Any]) -> dict[str, Any]:
    return {"object": "list", "data": list(held), "has_more": False, "url": "/v1/charges/ch_1/refunds"}


@pytest.fixture(scope="module")
def admin(migrated: Settings) -> Iterator[connection]:
    """The warehouse with the views of staging over these rows; empty again afterwards."""
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    held = [refund("re_1", 1500, JUNE + DAY), refund("re_2", 500, JUNE + 2 * DAY)]
    with closing(psycopg2.connect(address)) as opened:
        fill_stripe(opened, {
            "charge": [CHARGE | {"id": "ch_1", "amount_refunded": 2000, "refunds": refunds(*held)},
                       CHARGE | {"id": "ch_2", "amount_refunded": 0, "refunds": refunds()},
                       CHARGE | {"id": "ch_3", "amount_refunded": 700, "updated": JUNE + 3 * DAY},
                       CHARGE | {"id": "ch_4", "amount_refunded": 900, "updated": JUNE + 5 * DAY,
                                 "refunds": refunds(refund("re_4", 300, JUNE + DAY) | {"charge": "ch_4"})}],
            "balance_transaction": [{
                "id": "txn_1", "source": "ch_1", "type": "charge", "currency": "usd", "amount": 10950, "fee": 340,
                "net": 10610, "exchange_rate": 1.095, "available_on": JUNE + 2 * DAY, "description": "x",
                "created": JUNE}],
            "payout": [{
                "id": "po_1", "status": "paid", "currency": "usd", "amount": 10610, "arrival_date": JUNE + 3 * DAY,
                "automatic": True, "failure_code": None, "balance_transaction": "txn_2", "created": JUNE + 2 * DAY}],
            "dispute": [{
                "id": "dp_1", "charge": "ch_2", "status": "needs_response", "reason": "fraudulent", "currency": "usd",
                "amount": 10000, "evidence_details": {"due_by": JUNE + 14 * DAY}, "created": JUNE + DAY}],
        }, extracted_at=meridian.AS_OF)  # fmt: skip
        _tell(opened, [refund("re_2", 500, JUNE + 2 * DAY) | {"status": "failed"}, refund("re_3", 700, JUNE + 4 * DAY)])
        columns = {"Id": TEXT, "OpportunityId": TEXT, "Field": TEXT, "DataType": TEXT, "OldValue": TEXT,
                   "NewValue": TEXT, "CreatedDate": INSTANT}  # fmt: skip
        rows = [{"Id": f"017{place}", "OpportunityId": "006", "Field": field, "DataType": kind, "OldValue": old,
                 "NewValue": new} for place, (field, kind, old, new) in enumerate(HISTORY)]  # fmt: skip
        fill(opened, "raw_salesforce", "OpportunityFieldHistory", columns, rows)
        split = {"Id": "s1", "OpportunityId": "006", "SplitOwnerId": "005", "SplitPercentage": Decimal("30"),
                 "SplitAmount": Decimal("360.15")}  # fmt: skip
        fill(opened, "raw_salesforce", "OpportunitySplit", {
            "Id": TEXT, "OpportunityId": TEXT, "SplitOwnerId": TEXT, "SplitPercentage": "numeric",
            "SplitAmount": "numeric"}, [split])  # fmt: skip
        quota = {"Id": "q1", "QuotaOwnerId": "005", "StartDate": "2026-10-01", "QuotaAmount": 90000, "IsAmount": True}
        fill(opened, "raw_salesforce", "ForecastingQuota", {
            "Id": TEXT, "QuotaOwnerId": TEXT, "StartDate": INSTANT, "QuotaAmount": "numeric", "IsAmount": "boolean",
        }, [quota])  # fmt: skip
        result = run_dbt(
            warehouse_url(migrated, "plumbline_builder"), dbt_folder(migrated),
            ("run", "--select", "stg_stripe__*", "stg_salesforce__*"), as_of=meridian.AS_OF,
            timezone="America/New_York")  # fmt: skip
        assert result.success, result.exception
        yield opened
        opened.rollback()
        _empty(opened)


def _tell(opened: connection, told: list[dict[str, Any]]) -> None:
    """A webhook's events, each a day after its refund."""
    with opened.cursor() as cursor:
        for body in told:
            event = {"data": {"object": body}}
            cursor.execute(
                "insert into raw_stripe_webhook.event (event_id, type, created, payload) "
                "values (%s, 'refund.created', to_timestamp(%s), %s)",
                (f"evt_{body['id']}", body["created"] + DAY, json.dumps(event)),
            )
    opened.commit()


def _empty(opened: connection) -> None:
    with opened.cursor() as cursor:
        cursor.execute("select schemaname, tablename from pg_tables "
                       "where schemaname in ('raw_stripe', 'raw_salesforce')")  # fmt: skip
        for schema, table in cursor.fetchall():
            cursor.execute(f'drop table {schema}."{table}" cascade')
        cursor.execute("delete from raw_stripe_webhook.event")
    opened.commit()


def test_a_refund_is_there_once_whether_its_charge_or_a_webhook_told_it(admin: connection) -> None:
    """What a charge says of its sum alone is there as the rest, at the instant at which the charge changed."""
    query = ("select refund_id, charge_id, status, amount_minor, currency, cast(extract(epoch from created_at) as int) "
             "from staging.stg_stripe__refunds order by 1")  # fmt: skip
    assert answers(admin, query) == [
        ("ch_3:refunded", "ch_3", "succeeded", 700, "usd", JUNE + 3 * DAY),
        ("ch_4:refunded", "ch_4", "succeeded", 600, "usd", JUNE + 5 * DAY),
        ("re_1", "ch_1", "succeeded", 1500, "usd", JUNE + DAY), ("re_2", "ch_1", "failed", 500, "usd", JUNE + 2 * DAY),
        ("re_3", "ch_1", "succeeded", 700, "usd", JUNE + 4 * DAY),
        ("re_4", "ch_4", "succeeded", 300, "usd", JUNE + DAY),
    ]  # fmt: skip


def test_a_balance_transaction_says_when_its_money_may_be_paid_out(admin: connection) -> None:
    query = ("select source_id, amount_minor, fee_minor, net_minor, exchange_rate, available_at - created_at "
             "from staging.stg_stripe__balance_transactions")  # fmt: skip
    assert answers(admin, query) == [("ch_1", 10950, 340, 10610, Decimal("1.095"), timedelta(days=2))]


def test_a_payout_arrives_on_a_day_and_a_dispute_is_answered_by_an_instant(admin: connection) -> None:
    assert answers(admin, "select arrival_date, is_automatic from staging.stg_stripe__payouts") == [
        (date(2024, 6, 4), True)
    ]
    query = "select answer_due_at - created_at from staging.stg_stripe__disputes"
    assert answers(admin, query) == [(timedelta(days=13),)]


def test_what_no_tap_loads_and_no_webhook_told_is_empty(admin: connection) -> None:
    assert answers(admin, "select count(*) from staging.stg_stripe__credit_notes") == [(0,)]
    assert answers(admin, "select count(*) from staging.stg_salesforce__user_roles") == [(0,)]


def test_values_of_any_type_are_texts(admin: connection) -> None:
    query = ("select field_name, old_value, new_value from staging.stg_salesforce__opportunity_field_history "
             "order by field_change_id")  # fmt: skip
    assert answers(admin, query) == [(field, old, new) for field, _, old, new in HISTORY]


def test_a_share_of_credit_is_a_ratio_and_a_quota_begins_on_a_day(admin: connection) -> None:
    splits = "select credit_ratio, amount_usd from staging.stg_salesforce__opportunity_splits"
    assert answers(admin, splits) == [(Decimal("0.3"), Decimal("360.15"))]
    quotas = "select owner_id, period_start_date, amount_usd, is_amount from staging.stg_salesforce__quotas"
    assert answers(admin, quotas) == [("005", date(2026, 10, 1), 90000, True)]
