"""How advertising looks at the two platforms: rows of Google Ads' query language, objects of Meta's Graph API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from pipelines.sandbox.company.ad_spend import ZONE
from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.campaigns import Campaign
from pipelines.sandbox.company.dice import number_of

CUSTOMER = "7203319845"
"""The Google Ads account; 7203319845 is written 720-331-9845 on its pages."""
MANAGER = "5550164417"
ACCOUNT = "1204778810236654"
"""The ad account at Meta; its pages write act_1204778810236654."""
CHANNELS = {"Paid Search": "SEARCH", "Display": "DISPLAY", "Cross-network": "PERFORMANCE_MAX", "Paid Video": "VIDEO"}
GROUPS = {"SEARCH": "SEARCH_STANDARD", "DISPLAY": "DISPLAY_STANDARD", "VIDEO": "VIDEO_TRUE_VIEW_IN_STREAM"}


@dataclass(frozen=True)
class Numbers:
    """What an advertisement did in a day; `hundredths` of leads it claims after clicks and after views."""

    impressions: int
    clicks: int
    cents: int
    clicked: int = 0
    seen: int = 0
    value: int = 0


@lru_cache(maxsize=4096)
def digits(width: int, *parts: object) -> str:
    """So many digits that depend on nothing but the parts; the first is not zero."""
    low = 10 ** (width - 1)
    return str(low + number_of("ads", *parts) % (9 * low))


def google_customer() -> Body:
    return {"id": CUSTOMER, "customer": {
        "resourceName": f"customers/{CUSTOMER}", "id": CUSTOMER, "descriptiveName": "Meridian Works",
        "currencyCode": "USD", "timeZone": str(ZONE), "manager": False, "testAccount": False,
        "autoTaggingEnabled": True, "status": "ENABLED"}}  # fmt: skip


def google_campaign(one: Campaign, is_over: bool, budget_cents: int) -> Body:
    """A campaign with its budget of a day, as `FROM campaign` gives them."""
    key, budget = digits(11, one.key), digits(11, one.key, "budget")
    tags = f"utm_source={one.utm_source}&utm_medium={one.utm_medium}&utm_campaign={one.utm_campaign}"
    body: Body = {
        "resourceName": f"customers/{CUSTOMER}/campaigns/{key}", "id": key, "name": one.name,
        "status": "PAUSED" if is_over else "ENABLED", "servingStatus": "ENDED" if is_over else "SERVING",
        "advertisingChannelType": CHANNELS[one.channel], "startDateTime": f"{one.start} 00:00:00",
        "finalUrlSuffix": tags, "campaignBudget": f"customers/{CUSTOMER}/campaignBudgets/{budget}",
    }  # fmt: skip
    if one.end is not None:
        body["endDateTime"] = f"{one.end} 23:59:59"
    return {"id": key, "campaign": body, "campaignBudget": {
        "resourceName": body["campaignBudget"], "id": budget, "amountMicros": str(budget_cents * 10_000)}}  # fmt: skip


def google_groups(one: Campaign) -> list[Body]:
    """The ad groups of a campaign; Performance Max has none."""
    channel = CHANNELS[one.channel]
    if channel not in GROUPS:
        return []
    key, made = digits(11, one.key), []
    for name in ("Exact", "Phrase") if channel == "SEARCH" else ("All",):
        group = digits(12, one.key, name)
        made.append({"id": group, "adGroup": {
            "resourceName": f"customers/{CUSTOMER}/adGroups/{group}", "id": group, "name": f"{one.name} | {name}",
            "status": "ENABLED", "type": GROUPS[channel], "campaign": f"customers/{CUSTOMER}/campaigns/{key}"},
            "campaign": {"resourceName": f"customers/{CUSTOMER}/campaigns/{key}", "id": key}})  # fmt: skip
    return made


def google_day(one: Campaign, day: date, did: Numbers) -> Body:
    """A campaign's day; whole numbers of 64 bits are texts, as in all of Google's JSON."""
    key = digits(11, one.key)
    return {
        "id": f"{key}/{day}", "campaign": {"resourceName": f"customers/{CUSTOMER}/campaigns/{key}", "id": key},
        "segments": {"date": day.isoformat()},
        "metrics": {"impressions": str(did.impressions), "clicks": str(did.clicks),
                    "costMicros": str(did.cents * 10_000), "conversions": (did.clicked + did.seen) / 100,
                    "conversionsValue": did.value / 100},
    }  # fmt: skip


def meta_time(instant: int) -> str:
    """`2026-11-20T10:04:05-0500`, in the account's time."""
    return datetime.fromtimestamp(instant, ZONE).strftime("%Y-%m-%dT%H:%M:%S%z")


def meta_account() -> Body:
    return {"id": f"act_{ACCOUNT}", "account_id": ACCOUNT, "name": "Meridian Works", "currency": "USD",
            "timezone_name": str(ZONE), "account_status": 1}  # fmt: skip


def meta_campaign(one: Campaign, created: int, updated: int, starts: int, is_over: bool) -> Body:
    status = "PAUSED" if is_over else "ACTIVE"
    return {
        "id": digits(18, one.key), "account_id": ACCOUNT, "name": one.name, "objective": "OUTCOME_LEADS",
        "status": status, "effective_status": status, "configured_status": status, "buying_type": "AUCTION",
        "start_time": meta_time(starts), "created_time": meta_time(created), "updated_time": meta_time(updated),
    }  # fmt: skip


def meta_adset(campaign: Body, name: str, key: str, budget_cents: int, updated: int, ends: int | None) -> Body:
    body = {
        "id": key, "account_id": ACCOUNT, "campaign_id": campaign["id"], "name": name,
        "daily_budget": str(budget_cents), "lifetime_budget": "0", "status": "ACTIVE",
        "effective_status": "CAMPAIGN_PAUSED" if campaign["status"] == "PAUSED" else "ACTIVE",
        "start_time": campaign["start_time"], "created_time": campaign["created_time"],
        "updated_time": meta_time(updated),
    }  # fmt: skip
    if ends is not None:
        body["end_time"] = meta_time(ends)
    return body


def meta_ad(adset: Body, name: str, key: str, created: int, updated: int, is_replaced: bool) -> Body:
    status = "PAUSED" if is_replaced else "ACTIVE"
    return {
        "id": key, "account_id": ACCOUNT, "campaign_id": adset["campaign_id"], "adset_id": adset["id"], "name": name,
        "status": status, "effective_status": status if is_replaced else adset["effective_status"],
        "created_time": meta_time(created), "updated_time": meta_time(updated),
    }  # fmt: skip


def meta_insight(ad: Body, campaign: Body, adset: Body, day: date, did: Numbers) -> Body:
    """An advertisement's day; all numbers are texts. `actions` counts leads after 7 days of clicks and 1 of views."""
    clicked, seen = did.clicked // 100, did.seen // 100
    actions: list[Body] = [{"action_type": "link_click", "value": str(did.clicks * 4 // 5)}]
    if clicked or seen:
        lead: Body = {"action_type": "lead", "value": str(clicked + seen)}
        if clicked:
            lead |= {"7d_click": str(clicked), "28d_click": str(clicked)}
        if seen:
            lead["1d_view"] = str(seen)
        actions.append(lead)
    return {
        "id": f"{ad['id']}/{day}", "account_id": ACCOUNT, "account_name": "Meridian Works",
        "campaign_id": campaign["id"], "campaign_name": campaign["name"], "adset_id": adset["id"],
        "adset_name": adset["name"], "ad_id": ad["id"], "ad_name": ad["name"], "objective": "OUTCOME_LEADS",
        "date_start": day.isoformat(), "date_stop": day.isoformat(), "impressions": str(did.impressions),
        "clicks": str(did.clicks), "spend": f"{did.cents // 100}.{did.cents % 100:02d}", "actions": actions,
    }  # fmt: skip
