"""Salesforce: leads, accounts, contacts, opportunities with their histories and splits, who sells, and their quotas."""

from __future__ import annotations

import httpx

from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.times import BIRTH
from pipelines.sandbox.vendors.salesforce import credentials
from pipelines.source import Credential, Given, Source, Stream

CHANGED = '"SystemModstamp"'
TOKEN = "https://login.salesforce.com/services/oauth2/token"


def sandbox(settings: Settings) -> Given:
    """What the sandbox company's connected app was given."""
    given = credentials(settings)
    return {"client_id": given.client_id, "client_secret": given.client_secret, "refresh_token": given.refresh_token,
            "start_date": BIRTH}


def probe(given: Given, http: httpx.Client) -> str:
    """Which organisation the refresh token opens."""
    form = {key: given[key] for key in ("client_id", "client_secret", "refresh_token")} | {
        "grant_type": "refresh_token"
    }
    answer = asked(http, "POST", TOKEN, "Salesforce", "client_id, client_secret and refresh_token", data=form)
    return f"organisation at {httpx.URL(answer.json()['instance_url']).host}"


SOURCE = Source(
    "salesforce",
    "Salesforce",
    ("tap-salesforce",),
    (
        Credential(
            "client_id", "SALESFORCE_CLIENT_ID", "The connected app's consumer key (Setup › App Manager).", False
        ),
        Credential("client_secret", "SALESFORCE_CLIENT_SECRET", "The connected app's consumer secret."),
        Credential(
            "refresh_token", "SALESFORCE_REFRESH_TOKEN",
            "A refresh token of a user who may view all loaded objects, with the scopes api and refresh_token.",
        ),
        Credential("start_date", "SALESFORCE_START_DATE", "Since when to load, such as 2022-01-01T00:00:00Z.", False),
    ),
    (
        Stream("Account", ("Id",), newest=CHANGED),
        Stream("Contact", ("Id",), newest=CHANGED),
        Stream("ForecastingQuota", ("Id",), '"QuotaAmount"', newest=CHANGED),
        Stream("Lead", ("Id",), newest=CHANGED),
        Stream("Opportunity", ("Id",), '"Amount"', newest=CHANGED),
        Stream("OpportunityFieldHistory", ("Id",), newest='"CreatedDate"'),
        Stream("OpportunityHistory", ("Id",), newest=CHANGED),
        Stream("OpportunitySplit", ("Id",), '"SplitAmount"', newest=CHANGED),
        Stream("OpportunitySplitType", ("Id",), newest=CHANGED),
        Stream("User", ("Id",), newest=CHANGED),
        Stream("UserRole", ("Id",), newest=CHANGED),
    ),
    sandbox,
    probe,
    cadence="critical",
    weight=50,
)
