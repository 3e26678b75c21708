"""Each test is one statement of HubSpot's documentation, numbered as in the simulator's README."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.settings import Settings
from pipelines.sandbox.company.hubspot import SUBMISSION
from pipelines.sandbox.vendors.hubspot import access_token
from pipelines.sandbox.vendors.hubspot.api import BURST, DAILY, PATIENT_BURST
from pipelines.sandbox.vendors.hubspot.quota import Quota
from pipelines.sandbox.vendors.hubspot.refusal import Refusal
from pipelines.sandbox.vendors.server import application
from tests.vendors.conftest import Client
from tests.vendors.tiny_company import Store, seconds

API = "http://api.hubapi.com"
FORM = "11111111-2222-3333-4444-555555555555"
Ask = Callable[..., httpx.Response]


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.home)


@pytest.fixture
def portal(store: Store, settings: Settings) -> Starlette:
    for number in range(205):
        _contact(store, number)
    for number in range(3):
        made = f"2026-0{number + 1}-01T00:00:00.000Z"
        store.put("hubspot", "list", str(number), seconds(days_ago=90), {
            "listId": str(number), "name": f"List {number}", "processingType": "DYNAMIC", "updatedAt": made,
        })
    store.put("hubspot", "form", FORM, seconds(days_ago=80), {"guid": FORM, "createdAt": 1_700_000_000_000})
    for number in range(53):
        key = f"sub-{number:03d}"
        at = seconds(days_ago=50) + number
        store.put("hubspot", SUBMISSION + FORM, key, at, {"conversionId": key, "submittedAt": at * 1000, "values": []})
    for number in range(4):
        store.put("hubspot", "mailing", str(100 + number), seconds(days_ago=40), {
            "id": 100 + number, "appId": 113, "appName": "Batch", "name": "News", "counters": {"open": 1}})  # fmt: skip
    for number in range(1_005):
        _event(store, number)
    store.save()
    store.connection.close()
    return application(settings)


@pytest.fixture
def ask(portal: Starlette, settings: Settings) -> Ask:
    """Asks HubSpot with the right token unless another is given."""
    client = Client(portal)

    def asked(path: str, token: str | None = None, json: Any = None, **query: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {access_token(settings) if token is None else token}"}
        method = "GET" if json is None else "POST"
        sent = headers if token != "" else {}
        return client.request(method, API + path, headers=sent, params=query or None, json=json)

    return asked


def _contact(store: Store, number: int) -> None:
    key = f"{1_000_000 + number}"
    properties = {"email": f"c{number}@example.test", "firstname": "Søren", "lastname": None, "hs_object_id": key,
                  "createdate": "2026-01-02T03:04:05.000Z", "lastmodifieddate": "2026-01-02T03:04:05.000Z",
                  "hs_email_optout": "true"}  # fmt: skip
    store.put("hubspot", "contact", key, seconds(days_ago=60) + number, {
        "id": key, "properties": properties, "createdAt": "2026-01-02T03:04:05.000Z",
        "updatedAt": "2026-01-02T03:04:05.000Z", "archived": False})  # fmt: skip


def _event(store: Store, number: int) -> None:
    at = seconds(days_ago=30) + number * 60
    store.put("hubspot", "email_event", f"event-{number:04d}", at, {
        "id": f"event-{number:04d}", "created": at * 1000, "type": "OPEN" if number % 5 else "CLICK",
        "recipient": f"c{number % 7}@example.test", "emailCampaignId": 100 + number % 4,
        "filteredEvent": number % 100 == 1})  # fmt: skip


@pytest.mark.parametrize("token", ["", "pat-wrong"])
def test_1_without_the_right_token_nothing_is_answered(ask: Ask, token: str) -> None:
    answer = ask("/crm/v3/objects/contacts", token=token)
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


@pytest.mark.parametrize(
    ("path", "scope"),
    [("/companies/v2/properties", "crm.objects.companies.read"), ("/crm/v3/properties/tickets", "tickets"),
     ("/properties/v1/deals/properties", "crm.objects.deals.read"), ("/crm/v3/schemas", "crm.schemas.custom.read")],
)
def test_2_what_was_not_granted_is_refused_by_the_name_of_its_scope(ask: Ask, path: str, scope: str) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"] == {"requiredGranularScopes": [scope]}


@pytest.mark.parametrize(
    ("path", "status"), [("/crm/v3/unicorns", 404), ("/crm/v3/schemas", 403), ("/email/public/v1/events?limit=0", 400)]
)
def test_3_every_error_says_what_and_which(ask: Ask, path: str, status: int) -> None:
    answer = ask(path)
    assert answer.status_code == status
    assert answer.json()["status"] == "error"
    assert {"message", "correlationId", "category"} <= answer.json().keys()


def test_4_the_account_says_who_it_is(ask: Ask) -> None:
    found = ask("/account-info/v3/details").json()
    assert (found["portalId"], found["accountType"], found["companyCurrency"]) == (4816230, "STANDARD", "USD")


def test_5_too_many_requests_are_refused_by_the_policy_they_break() -> None:
    now, day = [0.0], [1]
    quota = Quota(lambda: day[0], burst=3, daily=5, seconds=lambda: now[0])
    for _ in range(3):
        quota.take()
    with pytest.raises(Refusal) as burst:
        quota.take()
    now[0] = 10.0
    quota.take()
    quota.take()
    now[0] = 20.0
    with pytest.raises(Refusal) as daily:
        quota.take()
    day[0] = 2
    quota.take()
    assert [(each.value.status, each.value.content["errorType"], each.value.content["policyName"])
            for each in (burst, daily)] == [(429, "RATE_LIMIT", "TEN_SECONDLY_ROLLING"), (429, "RATE_LIMIT", "DAILY")]


def test_5_a_fault_of_too_many_requests_is_worded_so(portal: Starlette, ask: Ask) -> None:
    Client(portal).post("http://127.0.0.1/_sandbox/faults", json={"vendor": "hubspot", "status": 429, "times": 1})
    answer = ask("/forms/v2/forms")
    assert (answer.status_code, answer.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    assert ask("/forms/v2/forms").status_code == 200


def test_6_answers_tell_what_is_left_but_for_a_searchs(ask: Ask) -> None:
    left = [int(ask("/forms/v2/forms").headers["x-hubspot-ratelimit-remaining"]) for _ in range(2)]
    assert left == [PATIENT_BURST - 1, PATIENT_BURST - 2]
    documented = Quota(lambda: 0, BURST, DAILY)
    documented.take()
    told = {name.lower(): value for name, value in documented.headers().items()}
    assert told["x-hubspot-ratelimit-remaining"] == "249"
    assert "x-hubspot-ratelimit-remaining" not in ask("/crm/v3/lists/search", json={}).headers


def test_7_contacts_page_by_after(ask: Ask) -> None:
    ids: list[str] = []
    sizes: list[int] = []
    after: str | None = ""
    while after is not None:
        page = ask("/crm/v3/objects/contacts", limit=100, after=after).json()
        ids += [one["id"] for one in page["results"]]
        sizes.append(len(page["results"]))
        after = page.get("paging", {}).get("next", {}).get("after")
    assert sizes == [100, 100, 5]
    assert ids == sorted(set(ids))
    assert len(ask("/crm/v3/objects/contacts").json()["results"]) == 10
    assert ask("/crm/v3/objects/contacts", limit=101).status_code == 400


def test_8_only_the_properties_asked_for_come(ask: Ask) -> None:
    page = ask("/crm/v3/objects/contacts", limit=1, properties="email,lastname,hs_email_optout,unicorn").json()
    assert page["results"][0]["properties"] == {
        "email": "c0@example.test", "lastname": None, "hs_email_optout": "true", "hs_object_id": "1000000",
        "createdate": "2026-01-02T03:04:05.000Z", "lastmodifieddate": "2026-01-02T03:04:05.000Z",
    }


def test_9_properties_are_described(ask: Ask) -> None:
    found = {one["name"]: one for one in ask("/crm/v3/properties/contacts").json()["results"]}
    assert found["hs_email_optout"]["type"] == "bool"
    assert found["createdate"]["type"] == "datetime"
    assert "customer" in [option["value"] for option in found["lifecyclestage"]["options"]]


def test_10_lists_page_by_offset_in_the_order_asked_for(ask: Ask) -> None:
    first = ask("/crm/v3/lists/search", json={"count": 2, "sort": "-HS_UPDATED_AT"}).json()
    assert ([one["listId"] for one in first["lists"]], first["hasMore"], first["total"]) == (["2", "1"], True, 3)
    rest = ask("/crm/v3/lists/search", json={"count": 2, "sort": "-HS_UPDATED_AT", "offset": first["offset"]}).json()
    assert ([one["listId"] for one in rest["lists"]], rest["hasMore"]) == (["0"], False)


def test_11_a_search_ends_at_the_ten_thousandth(ask: Ask) -> None:
    answer = ask("/crm/v3/lists/search", json={"count": 250, "offset": 9_900})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_12_forms_are_one_array(ask: Ask) -> None:
    assert ask("/forms/v2/forms").json() == [{"guid": FORM, "createdAt": 1_700_000_000_000}]


def test_13_submissions_come_newest_first_and_page_by_after(ask: Ask) -> None:
    path = f"/form-integrations/v1/submissions/forms/{FORM}"
    first = ask(path, limit=50).json()
    rest = ask(path, limit=50, after=first["paging"]["next"]["after"]).json()
    times = [one["submittedAt"] for one in first["results"] + rest["results"]]
    assert (len(first["results"]), len(rest["results"]), "paging" in rest) == (50, 3, False)
    assert times == sorted(times, reverse=True)
    assert len(ask(path).json()["results"]) == 20
    assert ask(path, limit=51).status_code == 400
    assert ask("/form-integrations/v1/submissions/forms/unknown").status_code == 404


def test_14_events_come_newest_first_and_page_by_offset(ask: Ask) -> None:
    first = ask("/email/public/v1/events", limit=1000).json()
    rest = ask("/email/public/v1/events", limit=1000, offset=first["offset"]).json()
    times = [one["created"] for one in first["events"] + rest["events"]]
    assert (len(times), first["hasMore"], rest["hasMore"]) == (1_005, True, False)
    assert times == sorted(times, reverse=True)
    assert len(ask("/email/public/v1/events").json()["events"]) == 10
    assert ask("/email/public/v1/events", offset="made-up").status_code == 400


def test_15_events_are_bound_from_the_first_instant_on_and_before_the_second(ask: Ask) -> None:
    start = seconds(days_ago=30) * 1000
    found = ask("/email/public/v1/events", limit=1000, startTimestamp=start, endTimestamp=start + 120_000).json()
    assert sorted(one["id"] for one in found["events"]) == ["event-0000", "event-0001"]


@pytest.mark.parametrize(
    ("given", "count"),
    [({"eventType": "CLICK"}, 201), ({"recipient": "c6@example.test"}, 143), ({"campaignId": 101}, 251),
     ({"excludeFilteredEvents": "true"}, 994)],
)
def test_16_events_are_selected(ask: Ask, given: dict[str, object], count: int) -> None:
    assert len(ask("/email/public/v1/events", limit=1000, **given).json()["events"]) == count


def test_17_campaigns_are_listed_by_id_and_each_has_its_counters(ask: Ask) -> None:
    first = ask("/email/public/v1/campaigns/by-id", limit=3).json()
    rest = ask("/email/public/v1/campaigns/by-id", limit=3, offset=first["offset"]).json()
    ids = [one["id"] for one in first["campaigns"] + rest["campaigns"]]
    assert (sorted(ids), first["hasMore"], rest["hasMore"]) == ([100, 101, 102, 103], True, False)
    assert ask("/email/public/v1/campaigns/102").json()["counters"] == {"open": 1}
    assert ask("/email/public/v1/campaigns/7").status_code == 404
