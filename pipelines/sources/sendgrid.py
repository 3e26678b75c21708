"""SendGrid: what is mailed to customers by Marketing Campaigns, and who is not written to any more."""

from __future__ import annotations

import httpx

from app.errors import CredentialsRefused
from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.times import BIRTH
from pipelines.sandbox.vendors.sendgrid import api_key
from pipelines.source import Credential, Given, Source, Stream

ADDRESS = "https://api.sendgrid.com"
NEEDED = ("marketing.read", "suppression.read", "asm.groups.read", "stats.read")
LISTED = ("email", "created")
HAPPENED = "to_timestamp(created) at time zone 'UTC'"
FIGURES = "delivered + opens + clicks"


def sandbox(settings: Settings) -> Given:
    """The key of the sandbox company's account."""
    return {"api_key": api_key(settings), "start_date": BIRTH}


def probe(given: Given, http: httpx.Client) -> str:
    """How many rights the key has; a key that lacks one that is needed is refused."""
    address = given.get("api_url", ADDRESS).rstrip("/")
    answer = asked(http, "GET", f"{address}/v3/scopes", "SendGrid", "the key api_key",
                   headers={"Authorization": f"Bearer {given['api_key']}"})
    scopes = set(answer.json().get("scopes", ()))
    missing = [scope for scope in NEEDED if not _has(scopes, scope)]
    if missing:
        raise CredentialsRefused(
            f"The key of SendGrid lacks rights: {', '.join(missing)}. Found {len(scopes)} others; expected these as "
            "well, see docs/sources/sendgrid.md. Edit the key under Settings › API Keys."
        )
    return f"a key with {len(scopes)} rights at {httpx.URL(address).host}"


def _has(scopes: set[str], wanted: str) -> bool:
    """Whether the right is there, or rights within it, such as suppression.bounces.read of suppression.read."""
    within = wanted.removesuffix("read")
    return any(scope == wanted or (scope.startswith(within) and scope.endswith(".read")) for scope in scopes)


SOURCE = Source(
    "sendgrid",
    "SendGrid",
    ("tap-sendgrid",),
    (
        Credential(
            "api_key", "SENDGRID_API_KEY",
            "An API key, SG.…, with Restricted Access: Marketing, Suppressions and Stats (Settings › API Keys).",
        ),
        Credential("start_date", "SENDGRID_START_DATE", "Since when to load, such as 2022-01-01T00:00:00Z.", False),
        Credential(
            "api_url", "SENDGRID_ADDRESS",
            "Where the API is: https://api.eu.sendgrid.com for a subuser in the EU, else nothing.", False, ADDRESS,
        ),
    ),
    (
        Stream("singlesends", newest="updated_at"),
        Stream("singlesend_stats", ("id", "ab_variation", "ab_phase"), FIGURES),
        Stream("singlesend_days", ("id", "ab_variation", "ab_phase", "aggregation"), FIGURES, "aggregation::timestamp"),
        Stream("lists", total="contact_count"),
        # An upserting loader keeps contacts that are gone; the newest export tells which are.
        Stream("contacts", ("contact_id",), newest="updated_at",
               where="exported_at = (select max(exported_at) from raw_sendgrid.contacts)"),
        *(Stream(name, LISTED, "created", HAPPENED)
          for name in ("bounces", "blocks", "spam_reports", "invalid_emails", "unsubscribes")),
        Stream("suppression_groups", total="unsubscribes"),
        Stream("group_suppressions", ("email", "group_id"), "created_at",
               "to_timestamp(created_at) at time zone 'UTC'"),
        Stream("mail_days", ("date",), "requests", "date::timestamp"),
    ),
    sandbox,
    probe,
    cadence="hourly",
    weight=10,
)
