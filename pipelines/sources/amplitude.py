"""Amplitude: what people do in the product, or in one line of it."""

from __future__ import annotations

import httpx

from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.vendors import amplitude
from pipelines.source import Credential, Given, Source, Stream

BEGUN = "2026-03-01T00:00:00Z"
"""Just before the sandbox company's Beacon began to send."""
HOME = "https://amplitude.com"


def sandbox(settings: Settings) -> Given:
    """The keys of the sandbox company's project."""
    given = amplitude.credentials(settings)
    return {"api_key": given.api_key, "secret_key": given.secret_key, "start_date": BEGUN}


def probe(given: Given, http: httpx.Client) -> str:
    """How many cohorts the keys open; listing them costs next to nothing."""
    keys = httpx.BasicAuth(given["api_key"], given["secret_key"])
    answer = asked(http, "GET", f"{given.get('api_url') or HOME}/api/3/cohorts", "Amplitude", "api_key and secret_key",
                   auth=keys)
    return f"a project with {len(answer.json().get('cohorts', ()))} cohorts"


SOURCE = Source(
    "amplitude",
    "Amplitude",
    ("tap-amplitude",),
    (
        Credential("api_key", "AMPLITUDE_API_KEY", "The project's API key (Settings › Projects › General)."),
        Credential("secret_key", "AMPLITUDE_SECRET_KEY", "The project's secret key, beside the API key."),
        Credential("start_date", "AMPLITUDE_START_DATE", "Since when to load, such as 2025-06-01T00:00:00Z.", False),
        Credential("api_url", "AMPLITUDE_ADDRESS",
                   f"{HOME}, or https://analytics.eu.amplitude.com for a project that is kept in the EU.", False, HOME),
    ),
    (
        Stream("events", ("uuid",), "extract(epoch from server_upload_time)", newest="server_upload_time"),
        Stream("event_types", ("event_type",)),
        Stream("cohorts", ("id",), "size", newest="to_timestamp(\"lastMod\") at time zone 'UTC'"),
    ),
    sandbox,
    probe,
    weight=20,
)
