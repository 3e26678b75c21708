"""The product's people: seen where production saw them, less before they leave, and in the words of the taxonomy."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

from pipelines.sandbox.company import Company, product
from pipelines.sandbox.company.production import User, accounts, users
from pipelines.sandbox.company.taxonomy import ASK_LAUNCHED, EVENTS, FEATURES, FLOWS, SESSION
from pipelines.sandbox.company.times import ANCHOR, DAY
from pipelines.sandbox.company.visits import FOREVER, Habit, last_seen, visits


def bodies(company: Company, vendor: str, kind: str) -> list[dict]:  # type: ignore[type-arg]
    return [one.body for one in company.book.objects.values() if (one.vendor, one.kind) == (vendor, kind)]


def everyone(company: Company) -> list[User]:
    return [user for number, tenant in accounts(company) for user in users(company, number, tenant)]


def test_who_is_seen_by_an_analytics_vendor_was_seen_by_production_at_the_same_second(company: Company) -> None:
    production = {str(row["id"]): row["last_seen_at"] for row in bodies(company, "production", "users")}
    last: dict[str, int] = defaultdict(int)
    for event in bodies(company, "mixpanel", "event"):
        given = event["properties"]
        if given["distinct_id"] in production and event["event"] in (SESSION, "signed_up"):
            last[given["distinct_id"]] = max(last[given["distinct_id"]], given["time"])
    assert len(last) > 15
    assert {who: datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for who, at in last.items()} == {
        who: production[who] for who in last
    }


def test_the_two_vendors_see_different_accounts(company: Company) -> None:
    mixpanel = {event["properties"]["account_id"] for event in bodies(company, "mixpanel", "event")}
    amplitude = {event["user_properties"]["account_id"] for event in bodies(company, "amplitude", "event")}
    assert mixpanel
    assert amplitude
    assert mixpanel & amplitude == set()


def test_nobody_is_seen_before_they_were_invited_or_by_events_that_the_taxonomy_lacks(company: Company) -> None:
    created = {str(row["id"]): datetime.fromisoformat(row["created_at"]).timestamp()
               for row in bodies(company, "production", "users")}  # fmt: skip
    names, used = Counter[str](), Counter[str]()
    for event in bodies(company, "mixpanel", "event"):
        given = event["properties"]
        names[event["event"]] += 1
        used.update(given.get("features", ()))
        assert given["time"] >= created.get(given["distinct_id"], 0)
        assert "ask" not in given.get("features", ()) or given["time"] >= ASK_LAUNCHED
    assert set(names) <= set(EVENTS)
    assert set(used) <= {feature.name for feature in FEATURES}
    assert names["report_builder_opened"] > names["report_saved"] > names["report_shared"] > 0


def test_the_last_visit_is_the_last_of_all_visits(company: Company) -> None:
    """By the slow way: all visits, and of those that are over the latest end."""
    for user in everyone(company)[::7]:
        ends = [one.end for one in visits(user.habit, 0, ANCHOR) if one.end <= ANCHOR]
        slow = max(ends, default=user.created if user.habit.looks_in_at_once else None)
        assert last_seen(user.habit, ANCHOR) == slow


@pytest.fixture
def habit() -> Habit:
    return Habit("someone", "DE", ANCHOR - 400 * DAY, 1.0, 0.5, ((0, ANCHOR - 20 * DAY),),
                 ((ANCHOR - 120 * DAY, ANCHOR - 40 * DAY, FOREVER),))  # fmt: skip


def test_people_come_on_working_days_and_less_and_less_before_an_end(habit: Habit) -> None:
    days = [one.start // DAY for one in visits(habit, 0, ANCHOR)]
    assert len(days) == len(set(days))
    weekend = sum((day + 3) % 7 >= 5 for day in days)
    assert 0 < weekend < 0.15 * len(days)
    begun = ANCHOR // DAY - 120
    parts = ((-40, 0), (0, 40), (40, 80))
    before, fading, nearly = (sum(begun + a <= day < begun + b for day in days) for a, b in parts)
    assert before > fading > nearly
    assert max(days) < ANCHOR // DAY - 20


def test_a_flow_is_left_at_each_step_by_some() -> None:
    assert all(len(flow.goes_on) == len(flow.steps) - 1 and 0 < min(flow.goes_on) < 1 for flow in FLOWS)


def test_only_accounts_that_agreed_are_tracked_and_all_of_our_own(company: Company) -> None:
    seen = product.tracked(company)
    assert 0 < len(seen) < 0.2 * len(accounts(company))
    assert {one.id for one in seen if one.tenant.is_ours} == {
        number for number, tenant in accounts(company) if tenant.is_ours
    }
