"""Mixpanel: what people do in the product, and who they are.

What its tap does with time decides how it is run. It goes on from the newest time it has seen and keeps only what is
newer: an event that arrives after younger ones is lost until the source is read whole. And from its bookmark it takes
whole days of pause, rounded down, so that after a pause beyond `attribution_window` (5 days in meltano.yml) up to a day
would be missing: therefore `forgets_after_days`.
"""

from __future__ import annotations

import httpx

from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.vendors import mixpanel
from pipelines.source import Credential, Given, Source, Stream

BEGUN = "2026-01-05T00:00:00Z"
"""When the sandbox company built in its tracker."""

LAST_SEEN = "cast(mp_reserved_last_seen as timestamp)"


def sandbox(settings: Settings) -> Given:
    """The secret of the sandbox company's project."""
    return {"api_secret": mixpanel.api_secret(settings), "start_date": BEGUN}


def probe(given: Given, http: httpx.Client) -> str:
    """How many profiles the secret opens."""
    host = "eu.mixpanel.com" if given.get("eu_residency") == "true" else "mixpanel.com"
    answer = asked(http, "GET", f"https://{host}/api/2.0/engage", "Mixpanel", "the project's api_secret",
                   params={"page_size": 100}, auth=httpx.BasicAuth(given["api_secret"], ""))
    return f"a project with {answer.json().get('total')} profiles"


SOURCE = Source(
    "mixpanel",
    "Mixpanel",
    ("tap-mixpanel",),
    (
        Credential("api_secret", "MIXPANEL_API_SECRET",
                   "The project's API secret (Project Settings › Access Keys). The tap knows no service accounts."),
        Credential("start_date", "MIXPANEL_START_DATE",
                   "Since when to load, such as 2025-06-01T00:00:00Z; the tap goes back a year at most.", False),
        Credential("time_zone", "MIXPANEL_TIME_ZONE",
                   "The zone of the project's days: UTC, or, for projects made before 2023, that of Project Settings.",
                   False, "UTC"),
        Credential("eu_residency", "MIXPANEL_EU_RESIDENCY", "true for a project that is kept in the EU.", False,
                   "false"),
    ),
    (
        Stream("export", ("mp_reserved_insert_id",), 'extract(epoch from "time")', newest='"time"'),
        Stream("engage", ("distinct_id",), f"extract(epoch from {LAST_SEEN})", newest=LAST_SEEN),
    ),
    sandbox,
    probe,
    loader="target-postgres-mixpanel",
    weight=45,
    goes_on=False,
    forgets_after_days=4,
)
