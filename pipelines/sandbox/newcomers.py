"""People who come to the sandbox company and go again, so that it can be measured how soon a figure knows of them.

A newcomer to the product is a row in production's database; one who buys is told of by Stripe, in signed events.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg2
from psycopg2.extensions import connection
from sqlalchemy.engine import URL

from app.clock import wall
from app.errors import SourceDown
from app.login import bracketed, reached_at
from app.secrets import get_secret, production_url, warehouse_url
from app.settings import Settings
from app.webhooks import PATH
from pipelines.ports import port_of

FIRST_ID = 9_000_000_000
"""Beyond all ids of the company's own accounts and users."""
MARK = "newcomer"
PRICE_MINOR = 10_000
"""A month, in cents of a dollar; a year of it is 1,200.00 of ARR."""


def comes_to_the_product(settings: Settings, number: int, as_of: datetime) -> None:
    """An account with one user who was seen an hour ago, committed when this returns."""
    since, seen = as_of - timedelta(hours=2), as_of - timedelta(hours=1)
    with closing(_open(production_url(settings))) as production, production, production.cursor() as rows:
        rows.execute(
            "insert into accounts (id, name, is_internal, created_at, updated_at) values (%s, %s, false, %s, %s)",
            (FIRST_ID + number, f"Newcomer {number}", since, since),
        )
        rows.execute(
            "insert into users (id, account_id, email, created_at, updated_at, last_seen_at) "
            "values (%s, %s, %s, %s, %s, %s)",
            (FIRST_ID + number, FIRST_ID + number, f"{MARK}{number}@example.com", since, since, seen),
        )


def all_leave_the_product(settings: Settings) -> None:
    """Deletes them from production."""
    with closing(_open(production_url(settings))) as production, production, production.cursor() as rows:
        rows.execute("delete from users where id >= %s", (FIRST_ID,))
        rows.execute("delete from accounts where id >= %s", (FIRST_ID,))


def buys(settings: Settings, number: int, as_of: datetime) -> None:
    """A customer, a subscription since an hour ago, and its first invoice, posted as Stripe posts them.

    Raises:
        SourceDown: the portal did not take an event.
    """
    portal = f"http://{bracketed(reached_at(settings))}:{port_of(settings, 'portal')}"
    for kind, body in _objects(f"{MARK}_{number}", int((as_of - timedelta(hours=1)).timestamp())).items():
        event = {
            "id": f"evt_{MARK}_{number}_{kind}", "object": "event", "type": f"{kind}.created",
            "api_version": "2022-11-15", "created": body["created"], "data": {"object": body},
        }  # fmt: skip
        answer = httpx.post(portal + PATH, content=(text := json.dumps(event)), timeout=30,
                            headers={"stripe-signature": _signature(settings, text)})  # fmt: skip
        if answer.json().get("is_new") is not True or "set_aside" in answer.json():
            raise SourceDown(
                f"The portal did not take the event {event['id']}. Found {answer.text}; expected a new one."
            )


def all_purchases_are_forgotten(settings: Settings) -> None:
    """Deletes their events from the warehouse, and says so to whoever listens."""
    with closing(_open(warehouse_url(settings))) as warehouse, warehouse, warehouse.cursor() as rows:
        rows.execute("delete from raw_stripe_webhook.event where starts_with(event_id, %s)", (f"evt_{MARK}_",))
        rows.execute("notify plumbline_raw, 'stripe_webhook'")


def _objects(name: str, since: int) -> Mapping[str, Mapping[str, Any]]:
    """The events' objects by kind, in the order in which Stripe makes them."""
    plan = {
        "id": f"plan_{MARK}", "object": "plan", "product": f"prod_{MARK}", "nickname": "Newcomers",
        "amount": PRICE_MINOR, "currency": "usd", "interval": "month", "interval_count": 1, "usage_type": "licensed",
        "created": since,
    }  # fmt: skip
    item = {"id": f"si_{name}", "object": "subscription_item", "subscription": f"sub_{name}", "plan": plan,
            "quantity": 1, "created": since}  # fmt: skip
    line = {
        "id": f"il_{name}", "object": "line_item", "subscription": f"sub_{name}", "subscription_item": f"si_{name}",
        "type": "subscription", "amount": PRICE_MINOR, "quantity": 1, "currency": "usd", "proration": False,
        "plan": plan, "period": {"start": since, "end": since + 30 * 86_400},
    }  # fmt: skip
    return {
        "customer": {"id": f"cus_{name}", "object": "customer", "name": name, "address": {"country": "US"},
                     "created": since},
        "customer.subscription": {
            "id": f"sub_{name}", "object": "subscription", "customer": f"cus_{name}", "status": "active",
            "created": since, "start_date": since, "current_period_start": since,
            "current_period_end": since + 30 * 86_400, "items": {"object": "list", "data": [item]},
        },
        "invoice": {
            "id": f"in_{name}", "object": "invoice", "customer": f"cus_{name}", "subscription": f"sub_{name}",
            "status": "paid", "currency": "usd", "subtotal": PRICE_MINOR, "total": PRICE_MINOR, "tax": None,
            "amount_due": PRICE_MINOR, "amount_paid": PRICE_MINOR, "amount_remaining": 0, "created": since,
            "discount": None, "lines": {"object": "list", "data": [line]},
            "status_transitions": {"finalized_at": since, "paid_at": since, "voided_at": None},
        },
    }  # fmt: skip


def _signature(settings: Settings, body: str) -> str:
    """As Stripe signs: HMAC-SHA256 of time and body."""
    moment = int(wall().timestamp())
    key = get_secret(settings, "stripe_webhook").encode()
    return f"t={moment},v1={hmac.new(key, f'{moment}.{body}'.encode(), hashlib.sha256).hexdigest()}"


def _open(url: URL) -> connection:
    """A connection as the owner."""
    return psycopg2.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
