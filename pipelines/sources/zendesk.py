"""Zendesk Support: tickets with what is said, measured and rated, and the organisations and people behind them."""

from __future__ import annotations

import httpx

from app.errors import CredentialsRefused
from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.company.zendesk_bodies import SUBDOMAIN
from pipelines.sandbox.times import BIRTH
from pipelines.sandbox.vendors.zendesk import credentials
from pipelines.source import Credential, Given, Source, Stream


def sandbox(settings: Settings) -> Given:
    """The API token of the sandbox company's administrator."""
    given = credentials(settings)
    return {"subdomain": SUBDOMAIN, "email": given.email, "api_token": given.api_token, "start_date": BIRTH}


def probe(given: Given, http: httpx.Client) -> str:
    """Whose token it is; only an administrator's opens the exports.

    Raises:
        CredentialsRefused: also if it is somebody else's.
        SourceDown: Zendesk does not answer.
    """
    token = given.get("access_token")
    user, password = f"{given.get('email', '')}/token", given.get("api_token", "")
    answer = asked(
        http, "GET", f"https://{given['subdomain']}.zendesk.com/api/v2/users/me.json", "Zendesk",
        "access_token, or email and api_token", headers={"Authorization": f"Bearer {token}"} if token else None,
        **({} if token else {"auth": (user, password)}),
    )
    found = answer.json()["user"]
    if found.get("role") != "admin":
        raise CredentialsRefused(
            f"Zendesk knows the credentials, but exports nothing to them: their user has the role {found.get('role')}. "
            "Expected admin. Use an administrator's token; docs/sources/zendesk.md says where to make one."
        )
    return f"administrator {found['email']} at {given['subdomain']}.zendesk.com"


SOURCE = Source(
    "zendesk",
    "Zendesk",
    ("tap-plumbline-zendesk",),
    (
        Credential("subdomain", "ZENDESK_SUBDOMAIN", "The first part of your address, <subdomain>.zendesk.com.", False),
        Credential(
            "email", "ZENDESK_EMAIL", "The address of the administrator whose API token it is; empty with an OAuth "
            "token.", False, default="",
        ),
        Credential(
            "api_token", "ZENDESK_API_TOKEN",
            "An API token (Admin Center › Apps and integrations › APIs); empty with an OAuth token.", default="",
        ),
        Credential(
            "access_token", "ZENDESK_ACCESS_TOKEN",
            "In place of the API token: an administrator's OAuth token with the scope read.", default="",
        ),
        Credential("start_date", "ZENDESK_START_DATE", "Since when to load, such as 2022-01-01T00:00:00Z.", False),
    ),
    (
        Stream("groups", newest="updated_at"),
        Stream("organizations", newest="updated_at"),
        Stream("satisfaction_ratings", total="ticket_id", newest="updated_at"),
        Stream("ticket_comments", total="ticket_id", newest="created_at"),
        Stream("ticket_metric_events", total="ticket_id", newest='"time"'),
        Stream("ticket_metrics", total="replies", newest="updated_at", along="tickets"),
        Stream("tickets", total="generated_timestamp", newest="updated_at"),
        Stream("users", newest="updated_at"),
    ),
    sandbox,
    probe,
    cadence="hourly",
    weight=45,
)
