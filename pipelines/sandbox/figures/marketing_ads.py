"""What advertising cost and did, campaign by campaign; and the leads that came, by what brought them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.ad_bodies import digits
from pipelines.sandbox.company.campaigns import CAMPAIGNS
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.marketing_people import Kinds, Person
from pipelines.sandbox.figures.tally import told_of
from pipelines.sandbox.figures.told import Told, divided

CUTS = ("platform", "channel", "campaign")
BY_CHANNEL = ((), ("channel",))
PLATFORMS = {"google_ads": "Google Ads", "facebook": "Facebook"}
OF_ID = {digits(width, one.key): one for one in CAMPAIGNS for width in (11, 18) if one.weight}


@dataclass(frozen=True)
class AdDay:
    """What one campaign (or a part of it) did on a day of that month: cents, impressions, clicks, and claimed leads."""

    month: date
    parts: Mapping[str, str]
    cents: int
    shown: int
    clicks: int
    claimed: Fraction


def days(held: Kinds) -> list[AdDay]:
    """All days of both platforms."""
    found = []
    for one in held[("google_ads", "campaign_day")]:
        did = one.body["metrics"]
        found.append(_day(one.body["campaign"]["id"], one.body["segments"]["date"], int(did["costMicros"]) // 10_000,
                          did["impressions"], did["clicks"], Fraction(str(did["conversions"]))))  # fmt: skip
    for one in held.get(("facebook", "insight"), ()):
        body = one.body
        leads = sum(int(action["value"]) for action in body["actions"] if action["action_type"] == "lead")
        cents = int(Fraction(body["spend"]) * 100)
        found.append(_day(body["campaign_id"], body["date_start"], cents, body["impressions"], body["clicks"],
                          Fraction(leads)))  # fmt: skip
    return found


def _day(campaign: str, day: str, cents: int, shown: str, clicks: str, claimed: Fraction) -> AdDay:
    one = OF_ID[campaign]
    parts = {"platform": PLATFORMS[one.platform], "channel": one.channel, "campaign": one.utm_campaign}
    return AdDay(date.fromisoformat(day[:7] + "-01"), parts, cents, int(shown), int(clicks), claimed)


def told(ads: list[AdDay], company: Company, books: Books, known: Mapping[str, Person]) -> Iterator[Told]:
    """Spend, impressions, clicks, claims; leads, and what each cost."""
    rows = [(one.month, one.parts, (one.cents, one.shown, one.clicks)) for one in ads]
    found = told_of(("ad_spend*", "ad_impressions", "ad_clicks"), CUTS, rows)
    for figures in found.values():
        yield from figures
    yield from divided("ad_click_rate", found["ad_clicks"], found["ad_impressions"])
    yield from divided("cost_per_click", found["ad_spend"], found["ad_clicks"])
    for key, platform in PLATFORMS.items():
        claims = [(one.month, one.parts, (one.claimed,)) for one in ads
                  if one.parts["platform"] == platform]  # fmt: skip
        yield from told_of((f"{key}_claimed_leads",), CUTS[1:], claims)[f"{key}_claimed_leads"]
    yield from _leads(company, books, known, ads, found["ad_spend"])


def _leads(
    company: Company, books: Books, known: Mapping[str, Person], ads: list[AdDay], spend: list[Told]
) -> Iterator[Told]:
    """People by the month of their first lead; of channels with advertising in it also beside its cost."""
    paid = {(one.month, one.parts["channel"]) for one in ads if one.cents}
    came: dict[str, int] = {}
    for who in company.leads:
        if not who.is_migrated:
            email = f"contact@{who.domain}"
            came[email] = min(came.get(email, who.lead_at), who.lead_at)
    rows = []
    for email, at in came.items():
        month = datetime.fromtimestamp(at, UTC).astimezone(books.zone).date().replace(day=1)
        who_is = known.get(email, Person())
        parts = {"channel": who_is.channel, "campaign": who_is.campaign}
        rows.append((month, parts, (1, int((month, who_is.channel) in paid))))
    found = told_of(("channel_leads", "paid_channel_leads"), CUTS[1:], rows)
    paid_leads = [one for one in found["paid_channel_leads"] if one.by in BY_CHANNEL]
    yield from (*found["channel_leads"], *paid_leads)
    yield from divided("cost_per_lead", spend, paid_leads)
