"""Facebook Ads, by Meta's Marketing API: campaigns, ad sets, ads, and what each ad cost and brought day by day."""

from __future__ import annotations

import httpx

from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.company.ad_bodies import ACCOUNT
from pipelines.sandbox.vendors.facebook import access_token
from pipelines.source import Credential, Given, Source, Stream

API = "https://graph.facebook.com/v25.0"
FIRST_DAY = "2025-06-30T00:00:00Z"
"""The tap begins 28 days earlier, in the first week of the sandbox company's advertising on Facebook."""


def sandbox(settings: Settings) -> Given:
    """The sandbox company's ad account."""
    return {"account_id": ACCOUNT, "access_token": access_token(settings), "start_date": FIRST_DAY}


def probe(given: Given, http: httpx.Client) -> str:
    """Which ad account the token opens."""
    answer = asked(
        http, "GET", f"{API}/act_{given['account_id']}", "Facebook", "access_token and account_id",
        headers={"Authorization": f"Bearer {given['access_token']}"},
        params={"fields": "name,currency,timezone_name"},
    )  # fmt: skip
    found = answer.json()
    return f"ad account {found['name']}, {found['currency']}, days in {found['timezone_name']}"


def _newest(table: str) -> str:
    """The tap keeps every version of an ad set and an ad that it saw: a change is a row of its own."""
    return (
        f"updated_time = (select max(newer.updated_time) from raw_facebook.{table} as newer "
        f"where newer.id = {table}.id)"
    )


SOURCE = Source(
    "facebook",
    "Facebook Ads",
    ("tap-facebook",),
    (
        Credential("account_id", "FACEBOOK_ACCOUNT_ID", "The ad account's number, without act_.", False),
        Credential(
            "access_token", "FACEBOOK_ACCESS_TOKEN",
            "Of a system user with the permission ads_read on that ad account; one that does not expire.",
        ),
        Credential("start_date", "FACEBOOK_START_DATE", "Since when to load, such as 2025-01-01T00:00:00Z.", False),
    ),
    (
        Stream("campaigns", newest="updated_time"),
        Stream("adsets", total="daily_budget", where=_newest("adsets"), newest="updated_time"),
        Stream("ads", where=_newest("ads"), newest="updated_time"),
        Stream("ads_insights", ("ad_id", "date_start::date"),
               "round(spend::numeric * 100) + impressions + clicks "
               "+ coalesce((select sum((action ->> 'value')::numeric) "
               "from jsonb_array_elements(to_jsonb(actions)) as action), 0)",
               newest="date_start"),
    ),
    sandbox,
    probe,
    weight=50,
    goes_on=False,
)  # fmt: skip
