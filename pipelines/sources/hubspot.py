"""HubSpot: whom marketing knows, the lists and forms they came by, and what became of each e-mail."""

from __future__ import annotations

import httpx

from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.times import BIRTH
from pipelines.sandbox.vendors.hubspot import access_token
from pipelines.source import Credential, Given, Source, Stream

API = "https://api.hubapi.com"
READS = (
    ("contacts", "GET", "/crm/v3/objects/contacts?limit=1"), ("lists", "POST", "/crm/v3/lists/search"),
    ("forms", "GET", "/forms/v2/forms"), ("e-mail events", "GET", "/email/public/v1/events?limit=1"),
    ("e-mail campaigns", "GET", "/email/public/v1/campaigns/by-id?limit=1"),
)


def sandbox(settings: Settings) -> Given:
    """The token of the sandbox company's private app."""
    return {"access_token": access_token(settings), "start_date": BIRTH}


def probe(given: Given, http: httpx.Client) -> str:
    """Which account the token opens. Each interface is asked, since the tap passes over one that is refused."""
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    account = asked(http, "GET", f"{API}/account-info/v3/details", "HubSpot", "the access_token", headers=headers)
    for what, method, path in READS:
        asked(http, method, API + path, f"HubSpot ({what})", "the access_token", headers=headers,
              **({"json": {"count": 1}} if method == "POST" else {}))
    found = account.json()
    return f"account {found['portalId']} ({found['uiDomain']})"


SOURCE = Source(
    "hubspot",
    "HubSpot",
    ("tap-hubspot",),
    (
        Credential(
            "access_token", "HUBSPOT_ACCESS_TOKEN",
            "The token of a service key or a private app that may read crm.objects.contacts, crm.schemas.contacts, "
            "crm.lists, forms and content (Settings › Integrations).",
        ),
        Credential("start_date", "HUBSPOT_START_DATE", "Since when to load, such as 2022-01-01T00:00:00Z.", False),
    ),
    (
        Stream("contacts", newest='"updatedAt"'),
        Stream("contact_lists", ("listId",), newest='"updatedAt"'),
        Stream("campaigns", total="coalesce((counters ->> 'delivered')::numeric, 0)"),
        Stream("email_events", total='"emailCampaignId"', newest="created"),
        Stream("forms", ("guid",), newest='"updatedAt"'),
        Stream("form_submissions", ("conversionId",), 'extract(epoch from "submittedAt")', newest='"submittedAt"'),
    ),
    sandbox,
    probe,
    cadence="hourly",
    weight=45,
    goes_on=False,
    passes_over=True,
)
