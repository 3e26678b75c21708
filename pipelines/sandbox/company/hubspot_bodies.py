"""What HubSpot writes on its objects: contacts, lists, forms and their submissions, mailings and their events."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.crm_bodies import sf_id
from pipelines.sandbox.company.dice import number_of
from pipelines.sandbox.company.hubspot_contacts import Person, first_url, is_marketable, lead_status, stages
from pipelines.sandbox.company.hubspot_mail import Happening, Mailing
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import stamp

PORTAL = 4_816_230
APP = 113  # HubSpot's own number for its batch mail


def uuid_of(*parts: object) -> str:
    """An id like HubSpot's, that depends on nothing but the parts."""
    text = f"{number_of('hubspot', *parts):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def text_of(instant: int) -> str:
    """`2026-11-20T15:04:05.000Z`, as the CRM writes it."""
    return f"{stamp(instant)[:-1]}.000Z"


def contact_body(
    one: Person, company: Company, conversions: list[tuple[int, str]], opted_out: int | None, bounced: int | None
) -> tuple[Body, int]:
    """The contact at the company's instant, and when it last changed.

    Args:
        one: whose contact.
        company: for its instant and its seed.
        conversions: instant and form of each submission, oldest first.
        opted_out, bounced: when the contact unsubscribed, or a mail came back for good; None: never.
    """
    reached = {name: at for name, at in stages(one).items() if at <= company.until}
    status, since = lead_status(one, company.until)
    updated = max([*reached.values(), since, *(at for at, _ in conversions[:1] + conversions[-1:]),
                   *(at for at in (opted_out, bounced) if at is not None)])  # fmt: skip
    properties = {
        "email": one.email, "firstname": one.given or None, "lastname": one.family or None,
        "company": one.company or None, "website": f"https://{one.domain}" if one.company else None,
        "country": one.country, "lifecyclestage": list(reached)[-1], "hs_lead_status": status,
        "createdate": text_of(one.created), "lastmodifieddate": text_of(updated), "hs_object_id": one.id,
        "hs_analytics_source": one.source, "hs_analytics_source_data_1": one.data_1,
        "hs_analytics_source_data_2": one.data_2, "hs_analytics_first_url": first_url(one),
        "hs_email_optout": "true" if opted_out is not None else None,
        "hs_email_hard_bounce_reason_enum": "UNKNOWN_USER" if bounced is not None else None,
        "hs_marketable_status": "true" if is_marketable(one) else "false",
        "first_conversion_event_name": conversions[0][1] if conversions else None,
        "first_conversion_date": text_of(conversions[0][0]) if conversions else None,
        "recent_conversion_event_name": conversions[-1][1] if conversions else None,
        "recent_conversion_date": text_of(conversions[-1][0]) if conversions else None,
        "salesforceleadid": sf_id("Lead", company.seed, one.who.key) if one.kind == "lead" and one.who else None,
        "associatedcompanyid": str(number_of("company", one.domain) % 10**10) if one.company else None,
        **{f"hs_lifecyclestage_{name}_date": text_of(at) for name, at in reached.items()},
    }  # fmt: skip
    body: Body = {"id": one.id, "properties": properties, "createdAt": text_of(one.created),
                  "updatedAt": text_of(updated), "archived": False}  # fmt: skip
    return body, updated


def event_body(one: Person, each: Happening, number: int) -> Body:
    """One event of the e-mail analytics API v1."""
    body: Body = {
        "id": uuid_of("event", one.key, each.mailing.key, number), "created": each.at * 1000, "type": each.type,
        "portalId": PORTAL, "appId": APP, "appName": "Batch", "recipient": one.email,
        "emailCampaignId": each.mailing.id, "filteredEvent": each.is_filtered,
    }  # fmt: skip
    if each.type == "SENT":
        body |= {"subject": each.mailing.subject, "from": "Meridian Works <hello@meridian.example>"}
    elif each.type == "DELIVERED":
        body["response"] = "250 2.0.0 OK"
    elif each.type == "BOUNCE":
        body |= {"response": "550 5.1.1 The email account that you tried to reach does not exist", "status": "5.1.1",
                 "category": "UNKNOWN_USER"}  # fmt: skip
    elif each.type == "DROPPED":
        body["dropReason"] = "PREVIOUSLY_UNSUBSCRIBED_MESSAGE"
    elif each.type == "STATUSCHANGE":
        body |= {"source": "SOURCE_RECIPIENT", "portalSubscriptionStatus": "UNSUBSCRIBED", "requestedBy": one.email}
    elif each.type in ("OPEN", "CLICK"):
        body |= {"deviceType": "COMPUTER", "url": each.url} if each.url else {"deviceType": "COMPUTER"}
    return body


def mailing_body(mailing: Mailing, counted: Mapping[str, int]) -> Body:
    """A campaign of the e-mail analytics API v1: one e-mail, with how often each kind of event came."""
    return {
        "id": mailing.id, "appId": APP, "appName": "Batch", "contentId": mailing.id * 10 + 7, "name": mailing.name,
        "subject": mailing.subject, "type": "BATCH_EMAIL" if mailing.step is None else "AUTOMATED_EMAIL",
        "subType": "", "numIncluded": counted.get("SENT", 0) + counted.get("DROPPED", 0), "numQueued": 0,
        "counters": {kind.lower(): count for kind, count in sorted(counted.items())},
    }


def list_body(number: int, name: str, made: int, edited: int, size: int, *, is_active: bool) -> Body:
    """A list of the lists API v3."""
    return {
        "listId": str(number), "listVersion": 1 + (edited > made), "name": name, "objectTypeId": "0-1",
        "processingStatus": "COMPLETE", "processingType": "DYNAMIC" if is_active else "SNAPSHOT", "createdById": "1",
        "updatedById": "1", "createdAt": text_of(made), "updatedAt": text_of(edited),
        "filtersUpdatedAt": text_of(edited),
        "additionalProperties": {"hs_list_size": str(size), "hs_list_reference_count": "0"},
    }
