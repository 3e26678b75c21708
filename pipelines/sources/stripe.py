"""Stripe: customers, what they subscribe to, invoices, payments, disputes, and what reaches the bank."""

from __future__ import annotations

import httpx
import orjson

from app.errors import DependencyMissing
from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.times import BIRTH
from pipelines.sandbox.vendors import stripe
from pipelines.sandbox.vendors.server import open_catalogue
from pipelines.source import Credential, Given, Source, Stream

PEOPLE, BILLING = "tap-stripe", "tap-stripe-billing"


def sandbox(settings: Settings) -> Given:
    """The sandbox company's own account and key.

    Raises:
        DependencyMissing: the company was never born.
    """
    catalogue = open_catalogue(settings)
    page = catalogue.page("stripe", "account", (), 1, None)
    catalogue.close()
    if page is None or not page.bodies:
        raise DependencyMissing(
            "The sandbox company has no Stripe account in its store. Expected one from its birth. Run `plumbline up`."
        )
    account = str(orjson.loads(page.bodies[0])["id"])
    return {"account_id": account, "client_secret": stripe.secret_key(settings), "start_date": BIRTH}


def probe(given: Given, http: httpx.Client) -> str:
    """Whose account the key opens."""
    answer = asked(http, "GET", "https://api.stripe.com/v1/account", "Stripe", "the key client_secret",
                   headers={"Authorization": f"Bearer {given['client_secret']}"})
    found = answer.json()
    return f"account {found.get('id')}"


SOURCE = Source(
    "stripe",
    "Stripe",
    (BILLING, PEOPLE),
    (
        Credential("account_id", "STRIPE_ACCOUNT_ID", "The account's id, acct_… (Settings › Account details).", False),
        Credential(
            "client_secret", "STRIPE_CLIENT_SECRET",
            "A restricted key, rk_live_…, that may read Customers, Products, Plans, Coupons, Subscriptions, Invoices, "
            "Charges, Disputes, Balance, Payouts, Events and the account, and write nothing (Developers › API keys).",
        ),
        Credential("start_date", "STRIPE_START_DATE", "Since when to load, such as 2022-01-01T00:00:00Z.", False),
    ),
    (
        Stream("customers", total="extract(epoch from created)", newest="created", extractor=PEOPLE),
        Stream("products", newest="created", extractor=PEOPLE),
        Stream("plans", total="amount", newest="created", extractor=PEOPLE),
        Stream("coupons", newest="created", extractor=PEOPLE),
        Stream("subscriptions", newest="created", extractor=PEOPLE),
        Stream("charges", total="amount", newest="created", extractor=PEOPLE),
        Stream("balance_transactions", total="net", newest="created", extractor=PEOPLE),
        Stream("disputes", total="amount", newest="created", extractor=PEOPLE),
        Stream("payouts", total="amount", newest="created", extractor=PEOPLE),
        Stream("invoices", total="total", newest="created", extractor=BILLING),
        Stream("invoice_line_items", total="amount", extractor=BILLING),
    ),
    sandbox,
    probe,
    cadence="critical",
    weight=100,
    # Stripe tells the events of 30 days, and the tap goes back up to 7 days behind its last success.
    forgets_after_days=22,
    marks_now=True,
)
