"""Whom marketing knows, by address: what brought each, and each of its touches."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.book import Held
from pipelines.sandbox.company.campaigns import CAMPAIGNS
from pipelines.sandbox.company.hubspot import SUBMISSION

NO_CAMPAIGN = "No campaign"
CHANNEL_OF = {one.utm_campaign: one.channel for one in CAMPAIGNS}
SOURCES = {
    "PAID_SEARCH": "Paid Search", "PAID_SOCIAL": "Paid Social", "EMAIL_MARKETING": "Email",
    "ORGANIC_SEARCH": "Organic Search", "SOCIAL_MEDIA": "Organic Social", "REFERRALS": "Referral",
    "DIRECT_TRAFFIC": "Direct", "OTHER_CAMPAIGNS": "Other campaigns", "OFFLINE": "Offline",
}  # fmt: skip
VISIT = 1800_000
"""Milliseconds within which what somebody does is one visit."""
FIRST, CLICK, FORM = 1, 2, 3
Kinds = Mapping[tuple[str, str], list[Held]]


@dataclass(frozen=True, order=True)
class Touch:
    """One touch: when (epoch milliseconds), what kind, its id at HubSpot, and where it came from."""

    at: int
    kind: int
    id: str
    channel: str
    campaign: str


@dataclass
class Person:
    """One address: the channel and campaign that brought it (Unknown: no contact), and its touches, oldest first."""

    channel: str = "Unknown"
    campaign: str = NO_CAMPAIGN
    touches: list[Touch] = field(default_factory=list)


def by_kind(company: Company) -> Kinds:
    """The objects that the company holds at its vendors, by vendor and kind, none of many kinds in its first days.

    Forms of all submissions stand together.
    """
    found: defaultdict[tuple[str, str], list[Held]] = defaultdict(list)
    for held in company.book.objects.values():
        found[(held.vendor, held.kind.partition("/")[0])].append(held)
    return found


def people(company: Company, held: Kinds) -> Mapping[str, Person]:
    """Everybody by address, in lower case."""
    found: dict[str, Person] = {}
    everything: dict[str, list[Touch]] = {}
    for one in held.get(("hubspot", "contact"), ()):
        body = one.body
        who = found[body["properties"]["email"]] = _person(body["properties"])
        if who.channel != "Offline":
            at = int(datetime.fromisoformat(body["createdAt"].replace("Z", "+00:00")).timestamp() * 1000)
            touch = Touch(at, FIRST, body["id"], who.channel, who.campaign)
            everything.setdefault(body["properties"]["email"], []).append(touch)
    for email, touch in (*_clicks(held), *_forms(held)):
        everything.setdefault(email, []).append(touch)
    for email, touches in everything.items():
        found.setdefault(email, Person()).touches = list(visits(sorted(touches)))
    return found


def _person(told: Mapping[str, Any]) -> Person:
    campaign = told["hs_analytics_source_data_1"]
    if campaign in CHANNEL_OF:
        return Person(CHANNEL_OF[campaign], campaign)
    return Person(SOURCES[told["hs_analytics_source"]])


def _clicks(held: Kinds) -> Iterator[tuple[str, Touch]]:
    for one in held.get(("hubspot", "email_event"), ()):
        if b'"CLICK"' in one.raw:
            body = one.body
            named = re.search("utm_campaign=([a-z0-9_]+)", body["url"])
            campaign = named.group(1) if named else NO_CAMPAIGN
            yield body["recipient"], Touch(body["created"], CLICK, body["id"], "Email", campaign)


def _forms(held: Kinds) -> Iterator[tuple[str, Touch]]:
    for one in held.get(("hubspot", SUBMISSION.rstrip("/")), ()):
        body = one.body
        said = {field["name"]: field["value"] for field in body["values"]}
        campaign = said.get("utm_campaign")
        channel = CHANNEL_OF[campaign] if campaign else "Direct"
        email = said["email"].strip().lower()
        yield email, Touch(body["submittedAt"], FORM, body["conversionId"], channel, campaign or NO_CAMPAIGN)


def visits(touches: list[Touch]) -> Iterator[Touch]:
    """All but the forms of a visit that is there already."""
    for before, touch in zip([None, *touches], touches, strict=False):
        is_later = before is not None and touch.at <= before.at + VISIT
        if touch.kind == FORM and before is not None and is_later and touch.campaign in (NO_CAMPAIGN, before.campaign):
            continue
        yield touch
