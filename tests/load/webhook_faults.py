"""Stripe's webhooks, each twice and the newest first: staging then tells what the books say, before any load."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from time import time

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app import webhooks
from app.secrets import get_secret, warehouse_url
from app.warehouse import Warehouse
from pipelines.dbt import dbt_folder, run_dbt
from pipelines.sandbox.company.times import DAY
from pipelines.sandbox.publish import events_since, signature
from tests.load.campaign import Campaign, Outcome
from tests.load.whole_company import WholeCompany

TWICE = "a duplicate webhook"
BACKWARDS = "an out-of-order webhook"
STAGED = {"invoice": ("stg_stripe__invoices", "invoice_id", "status"),
          "charge": ("stg_stripe__charges", "charge_id", "amount_minor")}
"""Of a kind of object: the view, its key, and what is compared."""
FIELD = {"invoice": "status", "charge": "amount"}


def strike(campaign: Campaign) -> None:
    """A day of events reaches the portal, and nothing else; then staging is compared."""
    if not campaign.at(TWICE, BACKWARDS):
        return
    company = campaign.company
    company.load_asked("stripe")
    grown = company.grown(DAY)
    company.show(grown, "stripe")
    known = _post(company)
    differences = {}
    staged = _staged(company)
    for kind, field in FIELD.items():
        own = {one.id: str(one.body[field]) for one in grown.book.objects.values()
               if (one.vendor, one.kind) == ("stripe", kind)}  # fmt: skip
        if staged[kind] != own:
            differences[kind] = sorted(staged[kind].items() ^ own.items())[:5]
    for fault, struck in ((TWICE, known.count(False) == known.count(True) > 0), (BACKWARDS, len(known) > 2)):
        if struck:
            campaign.found[fault, "stripe"] = Outcome(differences, None)
    company.live_on(0)


def _post(company: WholeCompany) -> list[bool]:
    """Whether each delivery of the last day's events, newest first and each twice, was new to the portal."""
    secret = get_secret(company.settings, "stripe_webhook")
    payloads = list(events_since(company.settings, company.until - DAY))
    warehouse = Warehouse(company.settings)
    try:
        answers = [
            webhooks.keep(company.settings, warehouse, payload, signature(payload, secret, int(time())))
            for payload in reversed(payloads) for _ in range(2)
        ]  # fmt: skip
    finally:
        warehouse.close()
    return [bool(json.loads(bytes(answer.body))["is_new"]) for answer in answers]


def _staged(company: WholeCompany) -> dict[str, dict[str, str]]:
    """By kind of object, what staging tells of each."""
    views = tuple(view for view, _, _ in STAGED.values())
    built = run_dbt(
        warehouse_url(company.settings, "plumbline_builder"), dbt_folder(company.settings),
        ("run", "--select", *views), as_of=datetime.fromtimestamp(company.until, UTC), timezone="America/New_York",
    )  # fmt: skip
    assert built.success, built.exception
    with create_engine(warehouse_url(company.settings), poolclass=NullPool).connect() as connection:
        found = {}
        for kind, (view, key, field) in STAGED.items():
            rows = connection.execute(text(f"select {key}, {field} from staging.{view}"))
            found[kind] = {row[0]: str(row[1]) for row in rows}
        return found
