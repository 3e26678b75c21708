"""The mailings that marketing sends by HubSpot, and what each recipient does with them.

Each belongs to a campaign of the catalogue, whose marks its links carry: a newsletter a month, invitations to the
webinars, four mails to those who asked and did not start, announcements, and mails to customers and partners.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pipelines.sandbox.company.campaigns import CAMPAIGNS, Campaign
from pipelines.sandbox.company.dice import number_of, share
from pipelines.sandbox.company.hubspot_contacts import Person, is_marketable, with_utm
from pipelines.sandbox.company.times import DAY, HOUR, START, add_months, day_of, midnight

NURTURE_DAYS = (1, 4, 9, 16)
BOUNCES = 0.04
SCANNED = 0.08
"""The part of recipients whose mail a security scanner opens, which HubSpot filters out of its reports."""
OPENS, CLICKS, LEAVES, COMPLAINS = 0.4, 0.24, 0.012, 0.0015
"""The chance that a mail is opened, and those that an opened one is clicked, unsubscribed from, reported as spam."""


@dataclass(frozen=True)
class Mailing:
    """One e-mail as marketing wrote it.

    Attributes:
        key: of its dice.
        at: when it is sent; of an automated one, since when it is active.
        step: days after a contact came, of an automated one; None: it is sent to all at once.
    """

    key: str
    campaign: Campaign
    name: str
    subject: str
    at: int
    step: int | None = None

    @property
    def id(self) -> int:
        return 100_000_000 + number_of("mailing", self.key) % 10**8


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of one mail: its kind as HubSpot names it, and whether reports leave it out."""

    mailing: Mailing
    type: str
    at: int
    is_filtered: bool = False
    url: str | None = None


def mailings(until: int) -> list[Mailing]:
    """Every e-mail sent or activated by then, oldest first."""
    found = [one for campaign in CAMPAIGNS if campaign.platform == "hubspot" for one in _of(campaign, until)]
    return sorted((one for one in found if one.at <= until), key=lambda one: one.at)


def _of(campaign: Campaign, until: int) -> Iterator[Mailing]:
    first = midnight(campaign.start)
    last = until if campaign.end is None else min(until, midnight(campaign.end))
    if campaign.utm_campaign == "nurture_trial":
        for number, days in enumerate(NURTURE_DAYS, 1):
            yield Mailing(f"nurture/{number}", campaign, f"{campaign.name} {number}/{len(NURTURE_DAYS)}",
                          ("Your first flow in ten minutes", "What others automate first", "Questions? Ask Petra",
                           "Shall we keep your workspace?")[number - 1], first + number * HOUR, days)  # fmt: skip
        return
    if campaign.end is not None:
        for number, at in enumerate((first + DAY + 14 * HOUR, first + 15 * DAY + 14 * HOUR), 1):
            if at <= last:
                suffix = "" if number == 1 else " (reminder)"
                yield Mailing(f"{campaign.key}/{number}", campaign, campaign.name + suffix, campaign.name + suffix, at)
        return
    months = 1 if campaign.utm_campaign == "newsletter" else 3
    number, at = 0, _second_tuesday(first)
    while at <= last:
        yield Mailing(f"{campaign.key}/{number}", campaign, f"{campaign.name} {day_of(at):%Y-%m}",
                      f"{campaign.name}: {day_of(at):%B %Y}", at)  # fmt: skip
        number += 1
        at = _second_tuesday(add_months(first, months * number))


def _second_tuesday(instant: int) -> int:
    """15 o'clock (UTC) on the second Tuesday of the instant's month."""
    first = day_of(instant).replace(day=1)
    day = first + timedelta(days=(1 - first.weekday()) % 7 + 7)
    return midnight(day) + 15 * HOUR


def history(one: Person, sent: list[Mailing], until: int) -> list[Happening]:
    """What became of all mails to one contact, oldest first."""
    found: list[Happening] = []
    gone: int | None = None
    if is_marketable(one):
        for mailing, at in _received(one, sent):
            if at > until:
                break
            if gone is not None and gone < at:
                found.append(Happening(mailing, "DROPPED", at))
                break
            happened = list(_what_happened(one, mailing, at))
            found.extend(happened)
            ends = [each.at for each in happened if each.type in ("BOUNCE", "STATUSCHANGE", "SPAMREPORT")]
            gone = min(ends, default=gone)
    return sorted((each for each in found if each.at <= until), key=lambda each: each.at)


def ended(happened: list[Happening], *types: str) -> int | None:
    """When the first event of these types came; None: never."""
    return next((each.at for each in happened if each.type in types), None)


def _received(one: Person, sent: list[Mailing]) -> Iterator[tuple[Mailing, int]]:
    """The mails that a contact is meant to get, with their instants, oldest first."""
    patience = 2 + int(5 * share(one.key, "patience") ** 2)
    found: list[tuple[Mailing, int]] = []
    newsletters = 0
    for mailing in sent:
        name = mailing.campaign.utm_campaign
        at = mailing.at if mailing.step is None else _step_at(one, mailing)
        if at is None or at <= one.created:
            continue
        if name == "newsletter" and newsletters < patience:
            newsletters += 1
            found.append((mailing, at))
        elif name != "newsletter" and _is_for(name, one, at):
            found.append((mailing, at))
    yield from sorted(found, key=lambda pair: pair[1])


def _step_at(one: Person, mailing: Mailing) -> int | None:
    """When an automated mail goes to a contact; None where none does, as after a deal was opened."""
    who = one.who
    if who is None or who.is_migrated or mailing.step is None:
        return None
    at = one.created + mailing.step * DAY + int(share(mailing.key, one.key) * 2 * HOUR)
    is_early = at < mailing.at
    is_answered = who.opened_at is not None and who.opened_at < at
    return None if is_early or is_answered else at


def _is_for(name: str, one: Person, at: int) -> bool:
    """Whether a mailing that goes out to many goes to this contact."""
    who = one.who
    is_customer = who is None or (who.is_won and (who.closed_at or START) < at)
    if name == "nurture_trial":
        return True
    if name == "referral_programme":
        return one.kind in ("lead", "customer") and is_customer
    if name == "partner_update":
        return who is not None and who.source == "Partner"
    if name == "webinar_invitations":
        return at - one.created < 200 * DAY
    return at - one.created < 400 * DAY


def _what_happened(one: Person, mailing: Mailing, at: int) -> Iterator[Happening]:
    """The events of one mail to one contact."""
    sent = at + int(share(one.key, mailing.key, "sent") * 600)
    yield Happening(mailing, "SENT", sent)
    if share(one.key, "bounces") < BOUNCES:
        yield Happening(mailing, "BOUNCE", sent + 20)
        return
    delivered = sent + 2 + int(60 * share(one.key, mailing.key, "delivered") ** 4)
    yield Happening(mailing, "DELIVERED", delivered)
    if share(one.key, "scanner") < SCANNED:
        yield Happening(mailing, "OPEN", delivered + 1, is_filtered=True)
    keen = 0.35 + 1.3 * share(one.key, "keen")
    if share(one.key, mailing.key, "open") >= OPENS * keen:
        return
    opened = delivered + 90 + int(3 * DAY * share(one.key, mailing.key, "when") ** 5)
    yield Happening(mailing, "OPEN", opened)
    chance = share(one.key, mailing.key, "then")
    if chance < LEAVES:
        yield Happening(mailing, "STATUSCHANGE", opened + 25)
    elif chance < LEAVES + COMPLAINS:
        yield Happening(mailing, "SPAMREPORT", opened + 40)
    elif chance > 1 - CLICKS * keen:
        yield Happening(mailing, "CLICK", opened + 15 + int(200 * share(one.key, mailing.key, "click")),
                        url=_link(mailing))  # fmt: skip


def _link(mailing: Mailing) -> str:
    """Where the mail's one link leads."""
    path = {"webinar_invitations": "/webinars", "nurture_trial": "/demo", "partner_update": "/partners",
            "referral_programme": "/refer"}.get(mailing.campaign.utm_campaign, "/blog")  # fmt: skip
    return with_utm(path, mailing.campaign)
