"""What the company spends on advertisements and what the platforms claim for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.campaigns import CAMPAIGNS, campaign_of, running
from pipelines.sandbox.company.times import day_of


def test_keys_and_utm_names_of_campaigns_come_once() -> None:
    assert len({one.key for one in CAMPAIGNS}) == len({one.utm_campaign for one in CAMPAIGNS}) == len(CAMPAIGNS)


def test_on_no_day_do_campaigns_bring_more_leads_of_a_source_than_there_are() -> None:
    day, worst = date(2024, 1, 1), Counter[str]()
    while day < date(2028, 1, 1):
        today: defaultdict[str, float] = defaultdict(float)
        for one in running(day):
            for source, part in one.leads:
                today[source] += part
        for source, part in today.items():
            worst[source] = max(worst[source], round(100 * part))  # type: ignore[assignment]
        day += timedelta(days=1)
    assert max(worst.values()) == worst["Paid Search"] == 99


def test_a_campaign_brings_about_its_share_of_its_sources_leads(company: Company) -> None:
    leads = [who for who in company.leads if who.source == "Web" and day_of(who.lead_at) >= date(2025, 9, 1)]
    brought = [campaign_of(who.key, who.source, day_of(who.lead_at)) for who in leads]
    social = sum(1 for one in brought if one is not None and one.platform == "facebook")
    assert 0.14 < social / len(leads) < 0.26  # 8 + 5 + 6 % of them, and some more while Vault was launched
    assert all(one is None or dict(one.leads).get("Web") for one in brought)


def test_both_platforms_cost_in_each_month_what_the_books_call_advertising(company: Company) -> None:
    spent: Counter[str] = Counter()
    for one in company.book.objects.values():
        if (one.vendor, one.kind) == ("google_ads", "campaign_day"):
            spent[one.body["segments"]["date"][:7]] += int(one.body["metrics"]["costMicros"]) // 10_000
        elif (one.vendor, one.kind) == ("facebook", "insight"):
            spent[one.body["date_start"][:7]] += round(float(one.body["spend"]) * 100)
    booked = {str(row["month"])[:7]: round(float(row["amount"]) * 100)
              for row in company.files["costs"] if row["category"] == "Advertising"}  # fmt: skip
    assert len(booked) == 34
    assert {month: spent[month] for month in booked} == booked
    assert 0 < spent["2026-11"] < 1.2 * spent["2026-10"]


def test_together_the_platforms_claim_more_leads_than_paid_campaigns_brought(company: Company) -> None:
    claimed = 0.0
    for one in company.book.objects.values():
        if (one.vendor, one.kind) == ("google_ads", "campaign_day"):
            claimed += one.body["metrics"]["conversions"]
        elif (one.vendor, one.kind) == ("facebook", "insight"):
            claimed += sum(int(act["value"]) for act in one.body["actions"] if act["action_type"] == "lead")
    brought = [campaign_of(who.key, who.source, day_of(who.lead_at)) for who in company.leads if not who.is_migrated]
    paid = sum(1 for one in brought if one is not None and one.platform in ("google_ads", "facebook"))
    assert paid < claimed < 1.6 * paid
