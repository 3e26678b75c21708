"""Fills the raw tables of web analytics, advertising and HubSpot as their taps shape what the sandbox holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg2.extensions import connection

from pipelines.sandbox.vendors.ga4.counting import count
from tests.models.raw_tables import FLAG, INSTANT, JSON, NUMBER, TEXT, fill

Objects = Mapping[str, list[dict[str, Any]]]
SUMS = {
    "sessions": "sessions", "engaged_sessions": "engagedSessions", "total_users": "totalUsers",
    "new_users": "newUsers", "screen_page_views": "screenPageViews",
    "user_engagement_duration": "userEngagementDuration", "key_events": "keyEvents",
    "key_events_generate_lead": "keyEvents:generate_lead", "key_events_sign_up": "keyEvents:sign_up",
    "event_count": "eventCount",
}  # fmt: skip
REPORTS = {
    "traffic": {
        "session_default_channel_group": "sessionDefaultChannelGroup", "session_source": "sessionSource",
        "session_medium": "sessionMedium", "session_campaign_name": "sessionCampaignName",
    },
    "landing_pages": {"landing_page": "landingPage"},
    "events": {"event_name": "eventName"},
}  # fmt: skip
STALE = timedelta(days=1)
CONTACT = (
    "email", "website", "hs_analytics_source", "hs_analytics_source_data_1", "hs_analytics_source_data_2",
    "salesforceleadid", "lifecyclestage",
)  # fmt: skip


def fill_marketing(database: connection, ga4: Objects, google: Objects, facebook: Objects, hubspot: Objects) -> None:
    """All four sources, read at one instant; of web analytics an older reading as well, which no longer counts."""
    for report, dimensions in REPORTS.items():
        columns = {"date": "date", "_sdc_extracted_at": INSTANT, "_sdc_record_hash": TEXT}
        columns |= dict.fromkeys(dimensions, TEXT) | dict.fromkeys(SUMS, "numeric")
        fill(database, "raw_ga4", report, columns, _web(ga4["day"], dimensions))
    _google(database, google)
    _facebook(database, facebook)
    _hubspot(database, hubspot)


def _web(days: Iterable[Mapping[str, Any]], dimensions: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    read_at = datetime(2026, 11, 22, 11)
    last: dict[str, Any] = {}
    for day in days:
        for values, group in count(day, list(dimensions.values())).items():
            last = {"date": day["date"], **dict(zip(dimensions, values, strict=True)), "_sdc_extracted_at": read_at}
            last |= {column: group.metric(metric) for column, metric in SUMS.items()}
            yield last
    if last:
        yield {**last, next(iter(dimensions)): "(restated)", "_sdc_extracted_at": read_at - STALE}


def _google(database: connection, held: Objects) -> None:
    columns = {"customer_id": TEXT, "currency_code": TEXT}
    fill(database, "raw_google_ads", "customer", columns, (
        {"customer_id": one["id"], "currency_code": one["customer"]["currencyCode"]}
        for one in held["customer"]))  # fmt: skip
    account = held["customer"][0]["id"]
    columns = dict.fromkeys(
        ("customer_id", "campaign_id", "name", "channel_type", "start_date_time", "end_date_time", "final_url_suffix",
         "budget_amount_micros"), TEXT)  # fmt: skip
    fill(database, "raw_google_ads", "campaigns", columns, (
        {"customer_id": account, "campaign_id": body["id"], "name": body["name"],
         "channel_type": body["advertisingChannelType"], "start_date_time": body["startDateTime"],
         "end_date_time": body.get("endDateTime"), "final_url_suffix": body["finalUrlSuffix"],
         "budget_amount_micros": one["campaignBudget"]["amountMicros"]}
        for one, body in ((one, one["campaign"]) for one in held["campaign"])))  # fmt: skip
    columns = {"customer_id": TEXT, "campaign_id": TEXT, "date": "date", "impressions": NUMBER, "clicks": NUMBER,
               "cost_micros": "numeric", "conversions": "numeric"}  # fmt: skip
    fill(database, "raw_google_ads", "campaign_days", columns, (
        {"customer_id": account, "campaign_id": one["campaign"]["id"], "date": one["segments"]["date"],
         "impressions": did["impressions"], "clicks": did["clicks"], "cost_micros": did["costMicros"],
         "conversions": did["conversions"]}
        for one, did in ((one, one["metrics"]) for one in held["campaign_day"])))  # fmt: skip


def _facebook(database: connection, held: Objects) -> None:
    columns = {"id": TEXT, "account_id": TEXT, "name": TEXT, "start_time": INSTANT, "updated_time": INSTANT}
    fill(database, "raw_facebook", "campaigns", columns, held["campaign"])
    columns = {"id": TEXT, "campaign_id": TEXT, "adset_id": TEXT, "name": TEXT, "updated_time": INSTANT}
    fill(database, "raw_facebook", "ads", columns, held["ad"])
    columns = {"account_id": TEXT, "campaign_id": TEXT, "adset_id": TEXT, "ad_id": TEXT, "date_start": "date",
               "impressions": NUMBER, "clicks": NUMBER, "spend": "numeric", "actions": JSON}  # fmt: skip
    fill(database, "raw_facebook", "ads_insights", columns, (
        {**one, "actions": json.dumps(one["actions"])} for one in held["insight"]))  # fmt: skip


def _hubspot(database: connection, held: Objects) -> None:
    columns = {"id": TEXT, **{f"property_{name}": TEXT for name in CONTACT}, "createdAt": INSTANT, "archived": FLAG}
    fill(database, "raw_hubspot", "contacts", columns, (
        {**one, **{f"property_{name}": one["properties"].get(name) for name in CONTACT}}
        for one in held["contact"]))  # fmt: skip
    columns = {"id": TEXT, "name": TEXT, "subject": TEXT, "type": TEXT, "counters": JSON}
    fill(database, "raw_hubspot", "campaigns", columns, (
        {**one, "counters": json.dumps(one["counters"])} for one in held["mailing"]))  # fmt: skip
    columns = {"id": TEXT, "type": TEXT, "recipient": TEXT, "emailCampaignId": TEXT, "filteredEvent": FLAG,
               "url": TEXT, "created": INSTANT}  # fmt: skip
    fill(database, "raw_hubspot", "email_events", columns, (
        {**one, "created": _instant(one["created"])} for one in held["email_event"]))  # fmt: skip
    columns = {"conversionId": TEXT, "formId": TEXT, "submittedAt": INSTANT, "values_": JSON}
    fill(database, "raw_hubspot", "form_submissions", columns, (
        {"conversionId": one["conversionId"], "formId": kind.partition("/")[2],
         "submittedAt": _instant(one["submittedAt"]), "values_": json.dumps(one["values"])}
        for kind, bodies in held.items() if kind.startswith("form_submission/") for one in bodies))  # fmt: skip


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
