"""Marketing's advertisements: campaigns at Google Ads and Meta, what they cost day by day, what they claim to bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.sandbox.company import ad_bodies
from pipelines.sandbox.company.ad_bodies import Numbers, digits
from pipelines.sandbox.company.ad_spend import (
    FACEBOOK,
    GOOGLE,
    GOOGLE_LATEST_CLICK,
    ONE_DAY,
    Claim,
    account_day,
    begins,
    claims,
    month_days,
    spend,
    until_now,
)
from pipelines.sandbox.company.campaigns import CAMPAIGNS, Campaign
from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.finance import months_until
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY, START

CENTS_PER_CLICK = {"Paid Search": 920, "Display": 140, "Cross-network": 310, "Paid Video": 180, "Paid Social": 260}
CLICKS_PER_VIEW = {"Paid Search": 0.048, "Display": 0.006, "Cross-network": 0.015, "Paid Video": 0.008,
                   "Paid Social": 0.011}  # fmt: skip
AUDIENCES = {"f-prospecting-operations": (("US and Canada", 60), ("Europe", 40)),
             "f-lookalike-customers": (("US and Canada", 65), ("Europe", 35))}  # fmt: skip
EVERYBODY = (("All", 100),)
LOOK_BACK_DAYS = 28
"""A claim to an earlier day than that would never be loaded."""
CREATIVE_DAYS = 182
"""After so many days an advertisement is worn out, and another takes its place."""
Days = Mapping[tuple[Campaign, date], int]


@dataclass(frozen=True)
class Placed:
    """A campaign as it stands at a platform: when it was set up and last changed, its budget of a day."""

    campaign: Campaign
    created: int
    updated: int
    is_over: bool
    budget_cents: int


def write(company: Company) -> None:
    """Both platforms' objects and days up to the company's instant."""
    today = account_day(company.until)
    days: dict[tuple[Campaign, date], int] = {}
    for month in months_until(today):
        days |= spend(company, month)
    told: dict[tuple[Campaign, date], list[Claim]] = {}
    for claim in claims(company):
        day = _shown_on(claim, days)
        if day is not None:
            told.setdefault((claim.campaign, day), []).append(claim)
    placed = [_placed(company, one, days) for one in CAMPAIGNS if one.weight]
    company.book.put(GOOGLE, "customer", ad_bodies.google_customer(), START, START)
    company.book.put(FACEBOOK, "account", ad_bodies.meta_account(), START, START)
    for place in placed:
        if place is not None and place.campaign.platform == GOOGLE:
            _google(company, place)
        elif place is not None:
            _facebook(company, place, days, told)
    for key in days:
        if key[0].platform == GOOGLE:
            _google_day(company, *key, days[key], told.get(key, []))


def _shown_on(claim: Claim, days: Days) -> date | None:
    """The claim's day, or where the campaign was not on the air the last one before, as far back as a load looks."""
    before = (claim.day - timedelta(days=number) for number in range(GOOGLE_LATEST_CLICK // DAY))
    return next((day for day in before
                 if (claim.campaign, day) in days and claim.at - begins(day) < LOOK_BACK_DAYS * DAY), None)  # fmt: skip


def _placed(company: Company, one: Campaign, days: Days) -> Placed | None:
    """None before it is set up, three days ahead of its start. Budgets are set anew on the first of each month."""
    created = begins(one.start - timedelta(days=3)) + 15 * 3600
    if created > company.until:
        return None
    over = begins(one.end + ONE_DAY) if one.end is not None else None
    if over is not None and over <= company.until:
        return Placed(one, created, over, True, _budget(one, days, over - 1))
    setting = begins(account_day(company.until - 9 * 3600).replace(day=1)) + 9 * 3600
    updated = setting if setting >= created else created
    return Placed(one, created, updated, False, _budget(one, days, company.until - 9 * 3600))


def _budget(one: Campaign, days: Days, instant: int) -> int:
    """A tenth more than a day costs in the month of that instant, or in the campaign's first one; in cents."""
    month = max(account_day(instant), one.start).replace(day=1)
    cents = [days[one, day] for day in month_days(month) if (one, day) in days]
    return round(1.1 * sum(cents) / len(cents) / 100) * 100 if cents else 5_000


def _google(company: Company, place: Placed) -> None:
    body = ad_bodies.google_campaign(place.campaign, place.is_over, place.budget_cents)
    company.book.put(GOOGLE, "campaign", body, place.created, place.updated)
    for group in ad_bodies.google_groups(place.campaign):
        company.book.put(GOOGLE, "ad_group", group, place.created, place.created)


def _google_day(company: Company, one: Campaign, day: date, cents: int, claimed: list[Claim]) -> None:
    did = _did(company, one, day, cents, claimed)
    if did is not None:
        body = ad_bodies.google_day(one, day, did)
        company.book.put(GOOGLE, "campaign_day", body, begins(day), _last(company, day, claimed))


def _facebook(company: Company, place: Placed, days: Days, told: Mapping[tuple[Campaign, date], list[Claim]]) -> None:
    """A campaign, an ad set for each audience, and in each one advertisement after the other."""
    one = place.campaign
    campaign = ad_bodies.meta_campaign(one, place.created, place.updated if place.is_over else place.created,
                                       begins(one.start), place.is_over)  # fmt: skip
    company.book.put(FACEBOOK, "campaign", campaign, place.created,
                     place.updated if place.is_over else place.created)  # fmt: skip
    ends = begins(one.end + ONE_DAY) if one.end is not None else None
    audiences = AUDIENCES.get(one.key, EVERYBODY)
    for number, (name, percent) in enumerate(audiences):
        budget = place.budget_cents * percent // 100
        adset = ad_bodies.meta_adset(campaign, f"{one.utm_campaign} | {name}", digits(18, one.key, name), budget,
                                     place.updated, ends)  # fmt: skip
        company.book.put(FACEBOOK, "adset", adset, place.created, place.updated)
        ads = _ads(company, place, adset)
        mine = range(number, 10**9, len(audiences))
        for key, cents in days.items():
            if key[0] is one:
                claimed = [claim for place_in, claim in enumerate(told.get(key, [])) if place_in in mine]
                ad = ads[(key[1] - one.start).days // CREATIVE_DAYS] if key[1] <= account_day(company.until) else None
                part = _part(cents, audiences, number)
                did = _did(company, one, key[1], part, claimed, name)
                if did is not None and ad is not None:
                    body = ad_bodies.meta_insight(ad, campaign, adset, key[1], did)
                    company.book.put(FACEBOOK, "insight", body, begins(key[1]), _last(company, key[1], claimed))


def _part(cents: int, audiences: tuple[tuple[str, int], ...], number: int) -> int:
    """An audience's part of a day's cents; the parts add up."""
    below = sum(percent for _, percent in audiences[:number])
    return cents * (below + audiences[number][1]) // 100 - cents * below // 100


def _ads(company: Company, place: Placed, adset: dict[str, Any]) -> list[dict[str, Any]]:
    """The advertisements that an ad set has had; each pauses when the next one starts."""
    one, made = place.campaign, []
    last = min(account_day(company.until), one.end or date.max)
    for number in range(max(0, (last - one.start).days) // CREATIVE_DAYS + 1):
        start = one.start + timedelta(days=CREATIVE_DAYS * number)
        replaced = begins(start + timedelta(days=CREATIVE_DAYS))
        created = place.created if number == 0 else begins(start)
        is_replaced = replaced <= company.until and (one.end is None or start + timedelta(CREATIVE_DAYS) <= one.end)
        updated = replaced if is_replaced else (place.updated if place.is_over else created)
        key = digits(18, one.key, adset["name"], number)
        ad = ad_bodies.meta_ad(adset, f"{one.utm_campaign} | creative {number + 1}", key, created, updated, is_replaced)
        company.book.put(FACEBOOK, "ad", ad, created, updated)
        made.append(ad)
    return made


def _did(
    company: Company, one: Campaign, day: date, cents: int, claimed: list[Claim], part: str = ""
) -> Numbers | None:
    """What a campaign, or a part of it, did on a day by now; None before anybody has seen it."""
    luck = share(company.seed, "luck", one.key, day, part)
    price = CENTS_PER_CLICK[one.channel] * (0.85 + 0.3 * luck) * (1 + 0.06 * (day.year - 2024))
    clicks = round(cents / price)
    views = round(max(cents / price, 0.3) / (CLICKS_PER_VIEW[one.channel] * (1.15 - 0.3 * luck)))
    seen = until_now(views, day, company.until)
    if seen == 0:
        return None
    return Numbers(
        seen, until_now(clicks, day, company.until), until_now(cents, day, company.until),
        sum(claim.hundredths for claim in claimed if not claim.is_view),
        sum(claim.hundredths for claim in claimed if claim.is_view),
        sum(claim.hundredths * claim.value for claim in claimed))  # fmt: skip


def _last(company: Company, day: date, claimed: list[Claim]) -> int:
    """When a day's numbers last changed: while it went on, and whenever a lead came of it."""
    return max(min(begins(day + ONE_DAY), company.until), *(claim.at for claim in claimed), 0)


Row = tuple[tuple[object, ...], int | None]


def _rows(vendor: str, kind: str, row: Callable[[Any], Row]) -> Callable[[Company], Iterator[Row]]:
    def rows(company: Company) -> Iterator[Row]:
        for held in company.book.objects.values():
            if (held.vendor, held.kind) == (vendor, kind):
                yield row(held.body)

    return rows


google_campaigns = _rows(GOOGLE, "campaign", lambda body: (
    (ad_bodies.CUSTOMER, body["id"]), int(body["campaignBudget"]["amountMicros"])))  # fmt: skip
google_ad_groups = _rows(GOOGLE, "ad_group", lambda body: ((ad_bodies.CUSTOMER, body["id"]), None))
google_days = _rows(GOOGLE, "campaign_day", lambda body: (
    (ad_bodies.CUSTOMER, body["campaign"]["id"], body["segments"]["date"]),
    int(body["metrics"]["costMicros"]) + int(body["metrics"]["impressions"]) + int(body["metrics"]["clicks"])
    + round(100 * body["metrics"]["conversions"])))  # fmt: skip
facebook_insights = _rows(FACEBOOK, "insight", lambda body: (
    (body["ad_id"], body["date_start"]),
    round(100 * float(body["spend"])) + int(body["impressions"]) + int(body["clicks"])
    + sum(int(action["value"]) for action in body["actions"])))  # fmt: skip
