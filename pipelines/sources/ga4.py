"""Google Analytics 4: who came to the web site, from where, and what came of it, day by day."""

from __future__ import annotations

import httpx

from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.company.design import SCALES
from pipelines.sandbox.company.times import stamp
from pipelines.sandbox.company.web import PROPERTY
from pipelines.sandbox.vendors import google_oauth
from pipelines.sandbox.vendors.ga4 import ACCOUNT
from pipelines.source import Credential, Given, ReadAgain, Source, Stream

TOKEN = "https://oauth2.googleapis.com/token"
REPORTS = "https://analyticsdata.googleapis.com/v1beta/properties"
SECONDS_OF_A_READING = 900


def sandbox(settings: Settings) -> Given:
    """What the sandbox company's OAuth client for its property was given."""
    given = google_oauth.credentials(settings, "ga4")
    return {"client_id": given.client_id, "client_secret": given.client_secret, "refresh_token": given.refresh_token,
            "property_id": PROPERTY, "account_id": ACCOUNT,
            "start_date": stamp(SCALES[settings.sandbox_scale].web_since)}


def probe(given: Given, http: httpx.Client) -> str:
    """Which property the refresh token opens, by a report of yesterday's sessions."""
    form = {key: given[key] for key in ("client_id", "client_secret", "refresh_token")} | {
        "grant_type": "refresh_token"
    }
    token = asked(http, "POST", TOKEN, "Google", "client_id, client_secret and refresh_token", data=form).json()
    found = asked(
        http, "POST", f"{REPORTS}/{given['property_id']}:runReport", "Google Analytics",
        "property_id and the rights of the refresh token's user",
        headers={"Authorization": f"Bearer {token['access_token']}"},
        json={"metrics": [{"name": "sessions"}], "dateRanges": [{"startDate": "yesterday", "endDate": "yesterday"}]},
    ).json()
    return f"property {given['property_id']}, days of {found['metadata']['timeZone']}"


def _report(name: str, *dimensions: str, total: str = "sessions") -> Stream:
    """A report's stream. A row that Google no longer tells, because its day was restated, is not newly read with it."""
    newest = (
        f"select _sdc_record_hash, _sdc_extracted_at, max(_sdc_extracted_at) over (partition by date) as newest "
        f"from raw_ga4.{name}"
    )
    return Stream(
        name,
        ("left(date::text, 10)", *dimensions),
        total,
        newest="date",
        where=f"_sdc_record_hash in (select _sdc_record_hash from ({newest}) as read "
        f"where _sdc_extracted_at > newest - interval '{SECONDS_OF_A_READING} seconds')",
    )


SOURCE = Source(
    "ga4",
    "Google Analytics",
    ("tap-ga4",),
    (
        Credential("client_id", "GA4_CLIENT_ID", "The OAuth client's id (APIs & Services › Credentials).", False),
        Credential("client_secret", "GA4_CLIENT_SECRET", "The OAuth client's secret."),
        Credential(
            "refresh_token", "GA4_REFRESH_TOKEN",
            "A refresh token with the scope analytics.readonly, of a user who may view the property.",
        ),
        Credential("property_id", "GA4_PROPERTY_ID", "The property's number (Admin › Property details).", False),
        Credential("account_id", "GA4_ACCOUNT_ID", "The account's number (Admin › Account details).", False),
        Credential("start_date", "GA4_START_DATE", "Since when to load, such as 2022-01-01T00:00:00Z.", False),
    ),
    (
        _report("traffic", "session_default_channel_group", "session_source", "session_medium",
                "session_campaign_name"),
        _report("landing_pages", "landing_page"),
        _report("events", "event_name", total="event_count"),
        _report("devices", "device_category"),
        _report("countries", "country"),
    ),
    sandbox,
    probe,
    weight=20,
    goes_on=False,
    reads_again=ReadAgain("TAP_GA4_CONVERSION_WINDOW", 14),
)
