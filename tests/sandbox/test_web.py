"""The web site tells the same story as the rest of the company."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.campaigns import CAMPAIGNS
from pipelines.sandbox.company.web import COLUMNS

NEW_YORK = ZoneInfo("America/New_York")
SINCE = "2026-08-01"


@pytest.fixture(scope="module")
def days(company: Company) -> Mapping[str, Any]:
    """The days of the web site, by date."""
    found = {key[2]: held.body for key, held in company.book.objects.items() if key[:2] == ("ga4", "day")}
    return dict(sorted(found.items()))


def visits(day: Mapping[str, Any]) -> Iterator[tuple[list[str], Mapping[str, int]]]:
    """Origin and figures of each row of a day."""
    for row in day["rows"]:
        figures = dict(zip(COLUMNS, row, strict=True))
        yield day["origins"][figures["origin"]], figures


def test_every_day_since_it_is_measured_is_there(days: Mapping[str, Any]) -> None:
    assert (min(days), max(days), len(days)) == (SINCE, "2026-11-22", 31 + 30 + 31 + 22)


def test_each_web_lead_of_the_crm_is_a_conversion_of_its_day(company: Company, days: Mapping[str, Any]) -> None:
    """All of Web, Content, Paid Search, Referral; of Event and Partner those of a campaign; never Outbound."""
    crm: dict[str, Counter[str]] = {source: Counter() for source in ("site", "maybe")}
    for held in company.book.objects.values():
        if (held.vendor, held.kind) == ("salesforce", "Lead"):
            day = datetime.fromtimestamp(held.created, UTC).astimezone(NEW_YORK).date().isoformat()
            source = held.body["LeadSource"]
            if source != "Outbound":
                crm["site" if source in ("Web", "Content", "Paid Search", "Referral") else "maybe"][day] += 1
    found = {day: sum(figures["leads"] for _, figures in visits(body)) for day, body in days.items()}
    assert sum(found.values()) > 80
    assert [day for day in days if not crm["site"][day] <= found[day] <= crm["site"][day] + crm["maybe"][day]] == []


def test_each_self_serve_start_is_a_sign_up_of_its_day(company: Company, days: Mapping[str, Any]) -> None:
    starts = Counter(
        datetime.fromtimestamp(who.closed_at, NEW_YORK).date().isoformat() for who in company.leads
        if who.is_self_serve and not who.is_migrated and who.closed_at is not None and who.closed_at <= company.until
    )
    found = {day: sum(figures["signups"] for _, figures in visits(body)) for day, body in days.items()}
    assert sum(found.values()) > 15
    assert found == {day: starts[day] for day in days}


def test_no_campaign_is_seen_outside_its_days(days: Mapping[str, Any]) -> None:
    known = {one.utm_campaign: one for one in CAMPAIGNS}
    wrong = [
        (day, origin[2]) for day, body in days.items() for origin, figures in visits(body)
        if origin[2] in known and not figures["signups"]
        and not known[origin[2]].runs_on(datetime.fromisoformat(day).date())
    ]
    assert wrong == []


def test_the_funnel_narrows_from_sessions_to_leads(days: Mapping[str, Any]) -> None:
    total: Counter[str] = Counter()
    for body in days.values():
        for _, figures in visits(body):
            total.update({name: figures[name] for name in ("sessions", "pricing", "forms", "leads")})
    assert total["sessions"] > 4 * total["pricing"] > 8 * total["forms"] > 8 * total["leads"]
    assert 0.015 < total["leads"] / total["sessions"] < 0.06


def test_nobody_came_back_before_he_came(days: Mapping[str, Any]) -> None:
    for day, body in days.items():
        for number, (_, figures) in enumerate(visits(body)):
            assert figures["first"] < number or not figures["again"], day
            assert figures["users"] + figures["again"] <= figures["sessions"], day


def test_the_last_days_are_not_final(days: Mapping[str, Any]) -> None:
    assert [body["state"] for body in days.values()][-4:] == ["final", "processed", "processed", "intraday"]
