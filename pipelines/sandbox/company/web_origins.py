"""Where visits to the web site come from: the campaigns, and what comes by itself; and who of the leads came by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.sandbox.company.campaigns import Campaign, campaign_of, running
from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.market import SOURCES, Prospect
from pipelines.sandbox.company.times import day_of


@dataclass(frozen=True)
class Origin:
    """A visit's source, medium, campaign and default channel group, as GA4 writes them."""

    source: str
    medium: str
    campaign: str
    channel: str


DIRECT = Origin("(direct)", "(none)", "(direct)", "Direct")
GOOGLE = Origin("google", "organic", "(organic)", "Organic Search")
LINKEDIN = Origin("linkedin.com", "referral", "(referral)", "Organic Social")
REVIEWS = Origin("reviews.example", "referral", "(referral)", "Referral")
ADS = Origin("google", "cpc", "(not set)", "Paid Search")

BY_ITSELF: Mapping[str, tuple[tuple[Origin, float], ...]] = {
    "Web": ((GOOGLE, 0.6), (DIRECT, 0.4)),
    "Content": ((GOOGLE, 0.62), (LINKEDIN, 0.22), (DIRECT, 0.16)),
    "Paid Search": ((ADS, 1.0),),
    "Referral": ((REVIEWS, 1.0),),
}
"""What brings a LeadSource's leads that no campaign brought. Other sources bring nobody to the site by themselves."""

LEADS_PER_SESSION = {
    "Paid Search": 0.045, "Cross-network": 0.03, "Display": 0.009, "Paid Video": 0.008, "Paid Social": 0.022,
    "Email": 0.06, "Organic Search": 0.025, "Organic Social": 0.025, "Direct": 0.03, "Referral": 0.05,
}  # fmt: skip
LANDING = {"brand": "/", "automate": "/product/automate", "automation": "/resources/handbook",
           "webinar": "/resources/handbook", "newsletter": "/blog", "trial": "/pricing"}  # fmt: skip
MAIL_DAYS = (1, 2, 3)
"""Weekdays on which mails go out and are opened: Tuesday to Thursday."""


def origin_of(who: Prospect) -> Origin | None:
    """Where the visit came from in which somebody became a lead; None for who became one elsewhere."""
    campaign = campaign_of(who.key, who.source, day_of(who.lead_at))
    if campaign is not None:
        return _of(campaign)
    left = share(who.key, "origin")
    for origin, part in BY_ITSELF.get(who.source, ()):
        left -= part
        if left < 0:
            return origin
    return None


def sessions_of(day: date, leads: float) -> Mapping[Origin, float]:
    """Sessions to be expected from each origin on a day with so many leads to be expected."""
    brought: dict[Origin, float] = {}
    for source, part in SOURCES:
        left = 1.0
        for campaign in running(day):
            mine = min(left, dict(campaign.leads).get(source, 0.0))
            left -= mine
            _add(brought, _of(campaign), leads * part * mine)
        for origin, its in BY_ITSELF.get(source, ()):
            _add(brought, origin, leads * part * left * its)
    return {origin: _busy(origin, day) * count / LEADS_PER_SESSION[origin.channel] for origin, count in brought.items()}


def landing_of(origin: Origin) -> str:
    """The page to which most of an origin's visits come."""
    for word, page in LANDING.items():
        if word in origin.campaign:
            return page
    return {"Organic Search": "/blog", "Organic Social": "/blog", "Referral": "/pricing"}.get(origin.channel, "/")


def _busy(origin: Origin, day: date) -> float:
    """How much of its average week an origin brings on a day."""
    if origin.channel != "Email":
        return 1.0
    return 7 / len(MAIL_DAYS) if day.weekday() in MAIL_DAYS else 0.0


def _of(campaign: Campaign) -> Origin:
    return Origin(campaign.utm_source, campaign.utm_medium, campaign.utm_campaign, campaign.channel)


def _add(brought: dict[Origin, float], origin: Origin, count: float) -> None:
    if count > 0:
        brought[origin] = brought.get(origin, 0.0) + count
