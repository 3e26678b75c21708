"""E-mails to many: HubSpot's event by event, SendGrid's day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.marketing_people import NO_CAMPAIGN, Kinds
from pipelines.sandbox.figures.tally import Row, told_of
from pipelines.sandbox.figures.told import Told, divided

CUTS = ("system", "campaign", "mailing")
METRICS = ("emails_sent", "emails_delivered", "emails_bounced", "email_openers", "email_clickers",
           "email_unsubscribes", "email_complaints")  # fmt: skip
HAPPENED = ("BOUNCE", "OPEN", "CLICK", "STATUSCHANGE", "SPAMREPORT")
RATES = {"email_click_rate": ("email_clickers", "emails_delivered"),
         "email_open_rate": ("email_openers", "emails_delivered"),
         "email_bounce_rate": ("emails_bounced", "emails_sent"),
         "email_unsubscribe_rate": ("email_unsubscribes", "emails_delivered"),
         "email_complaint_rate": ("email_complaints", "emails_delivered")}  # fmt: skip


def told(books: Books, held: Kinds) -> Iterator[Told]:
    """What was sent by either system, and what became of it."""
    found = told_of(METRICS, CUTS, [*_hubspot(books.zone, held), *_sendgrid(books.zone, held)])
    for figures in found.values():
        yield from figures
    for rate, (top, bottom) in RATES.items():
        yield from divided(rate, found[top], found[bottom])


def _hubspot(zone: ZoneInfo, held: Kinds) -> Iterator[Row]:
    """A row for each mail to one person. Which campaign a mail is of is seen once somebody followed its link."""
    names = {one.body["id"]: one.body["name"] for one in held[("hubspot", "mailing")]}
    campaigns: dict[int, str] = {}
    sent: dict[tuple[int, str], int] = {}
    did: dict[tuple[int, str], set[str]] = {}
    for one in held[("hubspot", "email_event")]:
        body = one.body
        key = (body["emailCampaignId"], body["recipient"])
        if body["type"] == "SENT":
            sent[key] = body["created"]
        elif not body["filteredEvent"]:
            did.setdefault(key, set()).add(body["type"])
        if body["type"] == "CLICK":
            campaigns[key[0]] = body["url"].partition("utm_campaign=")[2]
    for key, at in sent.items():
        came, opened, clicked, left, complained = (int(each in did.get(key, ())) for each in HAPPENED)
        parts = {"system": "HubSpot", "campaign": campaigns.get(key[0], NO_CAMPAIGN), "mailing": names[key[0]]}
        yield _month(at // 1000, zone), parts, (1, 1 - came, came, opened, clicked, left, complained)


def _sendgrid(zone: ZoneInfo, held: Kinds) -> Iterator[Row]:
    """A row for each day of a single send, in the month in which it was sent."""
    sends = {one.body["id"]: one.body for one in held[("sendgrid", "singlesend")]}
    for one in held[("sendgrid", "singlesend_day")]:
        send, did = sends[one.body["id"]], one.body["stats"]
        at = int(datetime.fromisoformat(send["send_at"].replace("Z", "+00:00")).timestamp())
        parts = {"system": "SendGrid", "campaign": NO_CAMPAIGN, "mailing": send["name"]}
        sent = did["delivered"] + did["bounces"]
        yield _month(at, zone), parts, (sent, did["delivered"], did["bounces"], did["unique_opens"],
                                        did["unique_clicks"], did["unsubscribes"], did["spam_reports"])  # fmt: skip


def _month(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).date().replace(day=1)
