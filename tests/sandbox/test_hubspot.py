"""What marketing keeps agrees with what Sales keeps, and with itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.campaigns import CAMPAIGNS
from pipelines.sandbox.company.hubspot import SUBMISSION
from pipelines.sandbox.company.hubspot_bodies import text_of

CAMPAIGN_NAMES = {one.utm_campaign for one in CAMPAIGNS}


def bodies(company: Company, vendor: str, kind: str) -> list[Any]:
    return [held.body for held in company.book.objects.values() if (held.vendor, held.kind) == (vendor, kind)]


@pytest.fixture(scope="module")
def contacts(company: Company) -> dict[str, Any]:
    """Every contact's properties, by its address."""
    return {one["properties"]["email"]: one["properties"] for one in bodies(company, "hubspot", "contact")}


@pytest.fixture(scope="module")
def events(company: Company) -> list[Any]:
    return sorted(bodies(company, "hubspot", "email_event"), key=lambda one: one["created"])


def sent_in(company: Company) -> Iterator[dict[str, Any]]:
    """Every submission: its fields, with `at` in milliseconds."""
    for held in company.book.objects.values():
        if held.kind.startswith(SUBMISSION):
            yield {one["name"]: one["value"] for one in held.body["values"]} | {"at": held.body["submittedAt"]}


def millis(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_every_lead_of_salesforce_is_a_contact_by_the_same_address(company: Company, contacts: dict[str, Any]) -> None:
    leads = bodies(company, "salesforce", "Lead")
    assert [lead["Email"] for lead in leads if lead["Email"] not in contacts] == []
    ids = {one["salesforceleadid"] for one in contacts.values() if one["salesforceleadid"]}
    assert ids <= {lead["Id"] for lead in leads}
    assert len(ids) > 0.99 * len(leads)


def test_stages_follow_salesforce(company: Company, contacts: dict[str, Any]) -> None:
    deals = {deal["Id"]: deal for deal in bodies(company, "salesforce", "Opportunity")}
    won = lost = 0
    for lead in bodies(company, "salesforce", "Lead"):
        one = contacts[lead["Email"]]
        if one["salesforceleadid"] != lead["Id"]:
            continue
        deal = deals.get(lead["ConvertedOpportunityId"] or "")
        assert ("hs_lifecyclestage_opportunity_date" in one) == lead["IsConverted"]
        is_won = deal is not None and deal["IsWon"]
        assert (one["lifecyclestage"] == "customer") == is_won
        if is_won and deal is not None:
            assert one["hs_lifecyclestage_customer_date"][:10] == deal["CloseDate"]
            won += 1
        elif deal is not None and deal["IsClosed"]:
            assert one["hs_lead_status"] == "BAD_TIMING"
            lost += 1
    assert won > 50
    assert lost > 50


def test_stages_come_in_their_order(contacts: dict[str, Any]) -> None:
    for one in contacts.values():
        reached = [one[name] for name in one if name.startswith("hs_lifecyclestage_")]
        assert reached == sorted(reached)
        assert one["createdate"] <= reached[0]


def test_what_brought_a_lead_is_what_its_first_form_tells(company: Company, contacts: dict[str, Any]) -> None:
    first: dict[str, dict[str, Any]] = {}
    for sent in sent_in(company):
        address = sent["email"].strip().lower()
        if address not in first or sent["at"] < first[address]["at"]:
            first[address] = sent
    checked = 0
    for address, sent in first.items():
        one = contacts[address]
        assert one["first_conversion_date"] == text_of(sent["at"] // 1000)
        if sent["at"] == millis(one["createdate"]) and "utm_campaign" in sent:
            assert one["hs_analytics_source_data_1"] == sent["utm_campaign"]
            assert sent["utm_campaign"] in CAMPAIGN_NAMES
            checked += 1
    assert checked > 100


def test_counters_are_the_unfiltered_events(company: Company, events: list[Any]) -> None:
    counted: dict[int, Counter[str]] = {}
    for event in events:
        if not event["filteredEvent"]:
            counted.setdefault(event["emailCampaignId"], Counter())[event["type"].lower()] += 1
    mailings = bodies(company, "hubspot", "mailing")
    assert {one["id"]: one["counters"] for one in mailings} == {
        one["id"]: dict(counted.get(one["id"], Counter())) for one in mailings
    }
    assert any(event["filteredEvent"] for event in events)


def test_nobody_gets_mail_after_leaving_or_bouncing(contacts: dict[str, Any], events: list[Any]) -> None:
    gone: dict[str, int] = {}
    for event in events:
        if event["recipient"] in gone and event["type"] == "SENT":
            assert event["created"] <= gone[event["recipient"]] + 600_000, event
        if event["type"] in ("BOUNCE", "STATUSCHANGE", "SPAMREPORT"):
            gone.setdefault(event["recipient"], event["created"])
    assert {address for address, one in contacts.items()
            if one["hs_email_optout"] or one["hs_email_hard_bounce_reason_enum"]} == set(gone)  # fmt: skip


def test_an_event_follows_from_the_mail_being_sent(events: list[Any]) -> None:
    before: dict[tuple[str, int], set[str]] = {}
    needs = {"DELIVERED": "SENT", "BOUNCE": "SENT", "OPEN": "DELIVERED", "CLICK": "OPEN", "STATUSCHANGE": "OPEN"}
    for event in events:
        seen = before.setdefault((event["recipient"], event["emailCampaignId"]), set())
        assert event["type"] not in needs or needs[event["type"]] in seen, event
        seen.add(event["type"])


def test_how_an_address_was_typed_differs_from_how_it_is_kept(company: Company, contacts: dict[str, Any]) -> None:
    typed = [sent["email"] for sent in sent_in(company)]
    assert 0 < sum(1 for one in typed if one not in contacts) < len(typed) / 5
    assert all(one.strip().lower() in contacts for one in typed)
