"""A tiny company's advertising, in the layout of the sandbox's store: two campaigns at each platform, some days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.sandbox.company.ad_bodies import (
    Numbers,
    google_campaign,
    google_customer,
    google_day,
    google_groups,
    meta_account,
    meta_ad,
    meta_adset,
    meta_campaign,
    meta_insight,
)
from pipelines.sandbox.company.campaigns import CAMPAIGNS
from tests.vendors.tiny_company import Store

ZONE = ZoneInfo("America/New_York")
FIRST = date(2026, 11, 10)
SEARCH = next(one for one in CAMPAIGNS if one.key == "g-brand-search")
TRIAL = next(one for one in CAMPAIGNS if one.key == "g-pmax-trial")
SOCIAL = next(one for one in CAMPAIGNS if one.key == "f-webinar-social")
LAUNCH = next(one for one in CAMPAIGNS if one.key == "f-vault-launch-2025")
ADS = 30


def begins(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp())


def write_google(store: Store) -> None:
    """Two campaigns; the first was shown on three days, the second on one."""
    store.put("google_ads", "customer", "c", begins(FIRST), google_customer())
    for one in (SEARCH, TRIAL):
        body = google_campaign(one, one is TRIAL, 12_500)
        store.put("google_ads", "campaign", body["id"], begins(FIRST), body)
        for group in google_groups(one):
            store.put("google_ads", "ad_group", group["id"], begins(FIRST), group)
    for number, one in ((0, SEARCH), (1, SEARCH), (2, SEARCH), (1, TRIAL)):
        day = FIRST + timedelta(days=number)
        body = google_day(one, day, Numbers(100 * (number + 1), 10 + number, 1234, clicked=150, value=9000))
        store.put("google_ads", "campaign_day", body["id"], begins(day), body)
    store.save()


def write_facebook(store: Store) -> None:
    """Two campaigns, one of them with an ad set of thirty ads, each of which was shown on one day."""
    store.put("facebook", "account", meta_account()["id"], begins(FIRST), meta_account())
    at = begins(FIRST)
    for number, one in enumerate((SOCIAL, LAUNCH)):
        campaign = meta_campaign(one, at, at + number, at, number == 1)
        store.put("facebook", "campaign", campaign["id"], at + number, campaign)
    campaign = meta_campaign(SOCIAL, at, at, at, False)
    adset = meta_adset(campaign, "Everybody", "700000000000000001", 5_000, at, None)
    store.put("facebook", "adset", adset["id"], at, adset)
    for number in range(ADS):
        ad = meta_ad(adset, f"Ad {number}", str(800000000000000000 + number), at, at, False)
        store.put("facebook", "ad", ad["id"], at, ad)
        day = FIRST + timedelta(days=number % 2)
        body = meta_insight(ad, campaign, adset, day, Numbers(50, 5, 150, clicked=100, seen=200))
        store.put("facebook", "insight", body["id"], begins(day), body)
    store.save()
