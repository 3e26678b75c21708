"""Raw tables in the shape the loader gives them, filled by hand: only what staging reads.

Names, types and nesting are those of tap-stripe's schemas after target-postgres: instants are `timestamp without
time zone` in UTC, lists are bare, nested instants are ISO text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from psycopg2.extensions import connection
from psycopg2.extras import execute_values

Row = Mapping[str, Any]

TEXT, NUMBER, INSTANT, JSON, FLAG = "text", "bigint", "timestamp without time zone", "jsonb", "boolean"
STRIPE: dict[str, dict[str, str]] = {
    "customers": {"id": TEXT, "name": TEXT, "email": TEXT, "currency": TEXT, "address": JSON, "created": INSTANT},
    "products": {"id": TEXT, "name": TEXT, "created": INSTANT},
    "plans": {
        "id": TEXT, "product": TEXT, "nickname": TEXT, "amount": NUMBER, "currency": TEXT, "interval": TEXT,
        "interval_count": NUMBER, "usage_type": TEXT, "created": INSTANT,
    },
    "subscriptions": {
        "id": TEXT, "customer": TEXT, "status": TEXT, "created": INSTANT, "start_date": INSTANT,
        "trial_start": INSTANT, "trial_end": INSTANT, "canceled_at": INSTANT, "cancel_at": INSTANT,
        "cancel_at_period_end": FLAG, "ended_at": INSTANT, "current_period_start": INSTANT,
        "current_period_end": INSTANT, "pause_collection": JSON, "items": JSON,
    },
    "subscription_items": {"id": TEXT, "subscription": TEXT, "quantity": NUMBER, "plan": JSON, "created": INSTANT},
    "invoices": {
        "id": TEXT, "customer": TEXT, "subscription": TEXT, "status": TEXT, "currency": TEXT, "subtotal": NUMBER,
        "total": NUMBER, "tax": NUMBER, "amount_due": NUMBER, "amount_paid": NUMBER, "amount_remaining": NUMBER,
        "created": INSTANT, "due_date": INSTANT, "billing_reason": TEXT, "collection_method": TEXT, "number": TEXT,
        "discount": JSON, "status_transitions": JSON, "pre_payment_credit_notes_amount": NUMBER,
        "post_payment_credit_notes_amount": NUMBER,
    },
    "invoice_line_items": {
        "id": TEXT, "invoice": TEXT, "subscription": TEXT, "subscription_item": TEXT, "type": TEXT,
        "amount": NUMBER, "quantity": NUMBER, "currency": TEXT, "proration": FLAG, "description": TEXT,
        "plan": JSON, "price": JSON, "period": JSON,
    },
    "charges": {
        "id": TEXT, "customer": TEXT, "invoice": TEXT, "status": TEXT, "currency": TEXT, "amount": NUMBER,
        "amount_refunded": NUMBER, "failure_code": TEXT, "created": INSTANT, "updated": INSTANT, "refunds": JSON,
    },
    "coupons": {
        "id": TEXT, "name": TEXT, "duration": TEXT, "duration_in_months": NUMBER, "percent_off": "numeric",
        "amount_off": NUMBER, "currency": TEXT, "valid": FLAG, "created": INSTANT,
    },
    "balance_transactions": {
        "id": TEXT, "source": TEXT, "type": TEXT, "currency": TEXT, "amount": NUMBER, "fee": NUMBER, "net": NUMBER,
        "exchange_rate": "numeric", "available_on": NUMBER, "description": TEXT, "created": INSTANT,
    },
    "disputes": {
        "id": TEXT, "charge": TEXT, "status": TEXT, "reason": TEXT, "currency": TEXT, "amount": NUMBER,
        "evidence_details": JSON, "created": INSTANT,
    },
    "payouts": {
        "id": TEXT, "status": TEXT, "currency": TEXT, "amount": NUMBER, "arrival_date": INSTANT, "automatic": FLAG,
        "failure_code": TEXT, "balance_transaction": TEXT, "created": INSTANT,
    },
}  # fmt: skip
FILES: dict[str, dict[str, str]] = {
    "exchange_rates": {"rate_date": "date", "currency": TEXT, "usd_per_unit": "numeric"},
    "bank_balances": {"balance_date": "date", "account": TEXT, "currency": TEXT, "balance": "numeric"},
    "contracts": {
        "contract_id": TEXT, "customer_id": TEXT, "start_date": "date", "end_date": "date",
        "monthly_amount": "numeric", "currency": TEXT, "product": TEXT, "plan": TEXT, "country": TEXT,
    },
    "identities": {
        "source": TEXT, "source_id": TEXT, "customer_id": TEXT, "kind": TEXT, "reason": TEXT, "known_on": "date",
    },
    "claims": {
        "claimed_on": "date", "department": TEXT, "metric": TEXT, "value": "numeric", "note": TEXT, "source": TEXT,
    },
    "costs": {
        "month": "date", "department": TEXT, "category": TEXT, "is_cost_of_revenue": FLAG, "product": TEXT,
        "currency": TEXT, "amount": "numeric",
    },
    "features": {"feature": TEXT, "product": TEXT, "uses_needed": "numeric", "launched_on": "date"},
    "funnels": {
        "funnel": TEXT, "step": "numeric", "event": TEXT, "counts": TEXT, "window_days": "numeric",
    },
    "support_hours": {"day": TEXT, "opens": TEXT, "closes": TEXT, "time_zone": TEXT},
    "budget": {"month": "date", "line": TEXT, "currency": TEXT, "amount": "numeric"},
    "quotas": {
        "rep_id": TEXT, "rep_name": TEXT, "period_start": "date", "period_end": "date", "currency": TEXT,
        "amount": "numeric",
    },
}  # fmt: skip
KINDS = ("customer", "product", "plan", "charge", "coupon", "balance_transaction", "dispute", "payout")
NESTED_INSTANTS = ("start", "end", "finalized_at", "paid_at", "voided_at", "marked_uncollectible_at", "due_by")


def fill_stripe(database: connection, objects: Mapping[str, Iterable[Row]], *, extracted_at: datetime) -> None:
    """Writes Stripe's own API objects (epoch seconds) as the tap would load them.

    Args:
        database: a connection that may write schema raw_stripe.
        objects: bodies by Stripe's kind: those of KINDS, subscription and invoice. Lines and items are taken from the
            objects that hold them.
        extracted_at: the instant the tap looked.
    """
    subscriptions = list(objects.get("subscription", ()))
    invoices = list(objects.get("invoice", ()))
    tables: dict[str, list[Row]] = {
        **{f"{kind}s": list(objects.get(kind, ())) for kind in KINDS},
        "subscriptions": [
            {**one, "items": [item["id"] for item in one.get("items", {}).get("data", ())]} for one in subscriptions
        ],
        "subscription_items": [item for one in subscriptions for item in one.get("items", {}).get("data", ())],
        "invoices": invoices,
        "invoice_line_items": [{**line, "invoice": one["id"]} for one in invoices for line in one["lines"]["data"]],
    }
    for table, rows in tables.items():
        columns = {**STRIPE[table], "_sdc_extracted_at": INSTANT}
        shaped = ({**_shaped(row, STRIPE[table]), "_sdc_extracted_at": _plain(extracted_at)} for row in rows)
        fill(database, "raw_stripe", table, columns, shaped)


def fill_files(database: connection, files: Mapping[str, Iterable[Row]]) -> None:
    """Writes rows of the CSV files as our own tap would load them."""
    for name, rows in files.items():
        fill(database, "raw_files", name, FILES[name], rows)


def fill(database: connection, schema: str, table: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
    """Makes the table anew with these rows; a missing value is null."""
    names = list(columns)
    listed = ", ".join(f'"{name}"' for name in names)
    with database.cursor() as cursor:
        cursor.execute(f"create schema if not exists {schema}")
        cursor.execute(f'drop table if exists {schema}."{table}" cascade')
        cursor.execute(f'create table {schema}."{table}" ({", ".join(f"{_q(n)} {t}" for n, t in columns.items())})')
        values = [[row.get(name) for name in names] for row in rows]
        execute_values(cursor, f'insert into {schema}."{table}" ({listed}) values %s', values, page_size=1000)
        cursor.execute(f'grant select on {schema}."{table}" to public')
        cursor.execute(f"grant usage on schema {schema} to public")
        cursor.execute(f'analyze {schema}."{table}"')
    database.commit()


def _q(name: str) -> str:
    return f'"{name}"'


def _shaped(body: Row, columns: Mapping[str, str]) -> dict[str, Any]:
    shaped = {}
    for name, type_ in columns.items():
        value = body.get(name)
        if value is not None and type_ == INSTANT:
            value = _plain(datetime.fromtimestamp(value, UTC))
        elif value is not None and type_ == JSON:
            value = json.dumps(_texts(value))
        shaped[name] = value
    return shaped


def _texts(value: Any) -> Any:
    """Nested JSON as the tap leaves it: lists without their wrapper, instants as ISO text."""
    if isinstance(value, list):
        return [_texts(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("object") == "list":
        return _texts(value["data"])
    return {
        name: _iso(inner) if name in NESTED_INSTANTS and isinstance(inner, int) else _texts(inner)
        for name, inner in value.items()
    }


def _iso(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
