"""What is spent on advertisements, on which day, and which leads the platforms say they brought.

Each month the two platforms together cost what the books call Advertising, to the cent: the month's amount is shared
out among its days and the campaigns that run on them. Days are those of the ad accounts, in New York's time.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import log
from zoneinfo import ZoneInfo

from pipelines.sandbox.company.campaigns import CAMPAIGNS, Campaign, campaign_of, running
from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.finance import cost_rows
from pipelines.sandbox.company.market import Prospect
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY, day_of

ZONE = ZoneInfo("America/New_York")
ONE_DAY = timedelta(days=1)
LEAST_CENTS = 2_000
"""What a campaign needs for a day on the air; one that has less is on the air on fewer days."""
WEEK = (1.12, 1.15, 1.14, 1.1, 0.98, 0.72, 0.79)
GOOGLE, FACEBOOK = "google_ads", "facebook"
GOOGLE_LATEST_CLICK = 27 * DAY
FACEBOOK_LATEST_CLICK = 7 * DAY - 3600
GOOGLE_ALSO_CLAIMS, FACEBOOK_ALSO_CLAIMS = 0.08, 0.17
LEAD_VALUE = {"Starter": 60, "Team": 150, "Business": 400, "Enterprise": 1500}


@dataclass(frozen=True)
class Claim:
    """A lead that a platform puts down to one of its campaigns.

    Attributes:
        campaign: whose click or view it was.
        day: the account's day of that click or view.
        at: when the lead came, which is when the platform learns of it.
        hundredths: how much of the lead it claims, in hundredths.
        value: what marketing told the platform such a lead is worth, in dollars.
        is_view: whether the advertisement was only seen.
    """

    campaign: Campaign
    day: date
    at: int
    hundredths: int
    value: int
    is_view: bool = False


@lru_cache(maxsize=4096)
def begins(day: date) -> int:
    """The instant at which a day of the ad accounts begins."""
    return int(datetime.combine(day, time(), ZONE).timestamp())


def account_day(instant: int) -> date:
    """The ad accounts' day of an instant."""
    return datetime.fromtimestamp(instant, ZONE).date()


def until_now(amount: int, day: date, until: int) -> int:
    """How much of a day's amount has come by an instant."""
    start, end = begins(day), begins(day + ONE_DAY)
    return amount * (min(max(until, start), end) - start) // (end - start)


def month_cents(company: Company, month: date) -> int:
    """What the books call Advertising in a month, in cents."""
    amounts = [row["amount"] for row in cost_rows(company, month) if row["category"] == "Advertising"]
    return sum(round(float(amount) * 100) for amount in amounts)


def spend(company: Company, month: date) -> Mapping[tuple[Campaign, date], int]:
    """The cents of each campaign and day of a month, also of days to come; they add up to the month's amount."""
    total = month_cents(company, month)
    weights = {
        (one, day): one.weight * WEEK[day.weekday()] * (0.85 + 0.3 * share(company.seed, "spend", one.key, day))
        for day in month_days(month)
        for one in running(day)
        if one.weight
    }
    whole = sum(weights.values())
    served = {key: _served(company, key, weight, whole / total) for key, weight in weights.items()}
    whole, gone, before, shared = sum(served.values()), 0.0, 0, {}
    for key, weight in served.items():
        gone += weight
        after = round(total * gone / whole)
        if after > before:
            shared[key] = after - before
        before = after
    return shared


def _served(company: Company, key: tuple[Campaign, date], weight: float, weight_of_cent: float) -> float:
    """A weight, or on the days of a small campaign all of it or nothing."""
    least = LEAST_CENTS * weight_of_cent
    if weight >= least:
        return weight
    return least if share(company.seed, "served", key[0].key, key[1]) < weight / least else 0.0


def month_days(month: date) -> Iterator[date]:
    """The days of a month, given by its first."""
    return (month + timedelta(days=n) for n in range(calendar.monthrange(month.year, month.month)[1]))


def claims(company: Company) -> Iterator[Claim]:
    """What the platforms claim of the leads that came so far: more than there are, as both claim some of them."""
    display = [one for one in CAMPAIGNS if one.key in ("g-brand-search", "f-retargeting-site")]
    for who in company.leads:
        if who.is_migrated:
            continue
        brought = campaign_of(who.key, who.source, day_of(who.lead_at))
        platform = brought.platform if brought else ""
        if brought and platform in (GOOGLE, FACEBOOK):
            yield _clicked(who, brought, 100)
        for one in display:
            if one.platform != platform and one.runs_on(account_day(who.lead_at) - ONE_DAY):
                yield from _also(who, one)


def _clicked(who: Prospect, campaign: Campaign, hundredths: int) -> Claim:
    """The lead after a click of the same day or some days before, but not from before the campaign."""
    longest = GOOGLE_LATEST_CLICK if campaign.platform == GOOGLE else FACEBOOK_LATEST_CLICK
    lag = min(longest, int(-2.5 * DAY * log(1 - share(who.key, "lag", campaign.platform))))
    day = max(account_day(who.lead_at - lag), campaign.start)
    return Claim(campaign, min(day, account_day(who.lead_at)), who.lead_at, hundredths, LEAD_VALUE[who.tier])


def _also(who: Prospect, campaign: Campaign) -> Iterator[Claim]:
    """A claim to a lead that something else brought: a search for our name, or an advertisement only seen."""
    if campaign.platform == GOOGLE:
        if share(who.key, "also", GOOGLE) < GOOGLE_ALSO_CLAIMS:
            yield _clicked(who, campaign, (34, 50, 100)[int(share(who.key, "credit") * 3)])
    elif share(who.key, "also", FACEBOOK) < FACEBOOK_ALSO_CLAIMS:
        day = account_day(who.lead_at - int(0.9 * DAY * share(who.key, "seen")))
        yield Claim(campaign, day, who.lead_at, 100, LEAD_VALUE[who.tier], is_view=True)
