"""Google Ads: campaigns, ad groups, and what each campaign cost and brought day by day."""

from __future__ import annotations

from datetime import date

import httpx

from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.company.times import START, day_of
from pipelines.sandbox.vendors import google_ads, google_oauth
from pipelines.source import Credential, Given, Source, Stream

TOKEN = "https://oauth2.googleapis.com/token"
API = "https://googleads.googleapis.com/v25"
GRANTED = ("client_id", "client_secret", "refresh_token")
QUERY = "SELECT customer.descriptive_name, customer.currency_code, customer.time_zone FROM customer"
FIRST_DAY: date = day_of(START)


def sandbox(settings: Settings) -> Given:
    """The sandbox company's account, reached through its manager account."""
    given, access = google_oauth.credentials(settings, "google_ads"), google_ads.access(settings)
    return {
        "customer_id": access.customer_id, "login_customer_id": access.manager_id,
        "developer_token": access.developer_token, "client_id": given.client_id, "client_secret": given.client_secret,
        "refresh_token": given.refresh_token, "start_date": FIRST_DAY.isoformat(),
    }  # fmt: skip


def probe(given: Given, http: httpx.Client) -> str:
    """Which account the credentials open."""
    form = {key: given[key] for key in GRANTED} | {"grant_type": "refresh_token"}
    token = asked(http, "POST", TOKEN, "Google", "client_id, client_secret and refresh_token", data=form).json()
    headers = {"Authorization": f"Bearer {token['access_token']}", "developer-token": given["developer_token"]}
    if given.get("login_customer_id"):
        headers["login-customer-id"] = given["login_customer_id"].replace("-", "")
    address = f"{API}/customers/{given['customer_id'].replace('-', '')}/googleAds:searchStream"
    answer = asked(http, "POST", address, "Google Ads", "developer_token, customer_id and login_customer_id",
                   headers=headers, json={"query": QUERY})  # fmt: skip
    customer = answer.json()[0]["results"][0]["customer"]
    return f"account {customer['descriptiveName']}, {customer['currencyCode']}, days in {customer['timeZone']}"


SOURCE = Source(
    "google_ads",
    "Google Ads",
    ("tap-google-ads",),
    (
        Credential("customer_id", "GOOGLE_ADS_CUSTOMER_ID", "The account's ten digits, top right on its pages.", False),
        Credential(
            "login_customer_id", "GOOGLE_ADS_LOGIN_CUSTOMER_ID",
            "The manager account through which the login reaches it; empty where it reaches it directly.", False, "",
        ),
        Credential(
            "developer_token", "GOOGLE_ADS_DEVELOPER_TOKEN", "Of a manager account: Admin › API center.",
        ),
        Credential("client_id", "GOOGLE_ADS_CLIENT_ID", "Of an OAuth client of type Desktop app.", False),
        Credential("client_secret", "GOOGLE_ADS_CLIENT_SECRET", "Of the same OAuth client."),
        Credential(
            "refresh_token", "GOOGLE_ADS_REFRESH_TOKEN",
            "Granted to that client for the scope https://www.googleapis.com/auth/adwords, by a user with read-only "
            "access to the account.",
        ),
        Credential("start_date", "GOOGLE_ADS_START_DATE", "The first day to load, such as 2024-01-01.", False),
    ),
    (
        Stream("customer", ("customer_id",)),
        Stream("campaigns", ("customer_id", "campaign_id"), "budget_amount_micros"),
        Stream("ad_groups", ("customer_id", "ad_group_id")),
        Stream("campaign_days", ("customer_id", "campaign_id", "date"),
               "cost_micros + impressions + clicks + round(conversions::numeric * 100)",
               newest="date::timestamp"),
    ),
    sandbox,
    probe,
    weight=20,
)  # fmt: skip
