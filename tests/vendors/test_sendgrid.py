"""Each test is one statement of SendGrid's v3 API reference; numbers as in the simulator's README."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.errors import CredentialsRefused
from app.settings import Settings
from pipelines.sandbox.vendors.sendgrid import answers, api_key
from pipelines.sandbox.vendors.sendgrid import api as sendgrid_api
from pipelines.sandbox.vendors.server import application
from pipelines.sources.sendgrid import SOURCE
from tests.vendors.conftest import Client
from tests.vendors.tiny_company import NOW, Store
from tests.vendors.tiny_sendgrid import BLUE, DRAFT, NEWS, RED, SENT, TEST, contact, suppressed, text, write_sendgrid

EXPORTS = "/v3/marketing/contacts/exports"
STATS = "/v3/marketing/stats/singlesends"
Ask = Callable[..., httpx.Response]


@pytest.fixture
def store(settings: Settings) -> Store:
    store = Store(settings.home)
    write_sendgrid(store)
    return store


@pytest.fixture
def vendors(store: Store, settings: Settings) -> Client:
    return Client(application(settings))


@pytest.fixture
def sendgrid(vendors: Client, settings: Settings) -> Ask:
    """Asks SendGrid with the right key unless another is given."""

    def ask(path: str, method: str = "GET", key: str | None = None, json: Any = None, **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {api_key(settings) if key is None else key}"}
        return vendors.request(method, f"http://api.sendgrid.com{path}", headers=headers, params=query, json=json)

    return ask


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [str(row["id"]) for row in rows]


@pytest.mark.parametrize(
    ("key", "message"),
    [("", "authorization required"), ("SG.x", "The provided authorization grant is invalid, expired, or revoked")],
    ids=["no key", "a wrong key"],
)
def test_1_a_request_without_the_right_key_is_unauthorised(sendgrid: Ask, key: str, message: str) -> None:
    answer = sendgrid("/v3/marketing/lists", key=key)
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"message": message, "field": None, "help": None}]}


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [("/v3/suppression/bounces", {"limit": 501}, "limit"), ("/v3/stats", {}, "start_date"),
     ("/v3/stats", {"start_date": "yesterday"}, "start_date"), (STATS, {"page_size": 51}, "page_size"),
     (f"{STATS}/{NEWS}", {"aggregated_by": "hour"}, "aggregated_by"), ("/v3/marketing/lists", {"page_token": "?"},
      "page_token")],
    ids=["a page too large", "a day missing", "no day", "statistics in large pages", "no such slice", "no token"],
)
def test_2_an_error_names_the_parameter_that_is_wrong(
    sendgrid: Ask, path: str, query: dict[str, object], field: str
) -> None:
    answer = sendgrid(path, **query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_3_a_key_knows_its_rights_and_the_probe_names_those_that_lack(
    vendors: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def passed_on(request: httpx.Request) -> httpx.Response:
        given = vendors.get(f"http://api.sendgrid.com{request.url.path}", headers=dict(request.headers))
        return httpx.Response(given.status_code, content=given.content)

    def probed(key: str) -> str:
        with httpx.Client(transport=httpx.MockTransport(passed_on)) as http:
            assert SOURCE.probe is not None
            return SOURCE.probe({"api_key": key}, http)

    assert probed(api_key(settings)) == "a key with 4 rights at api.sendgrid.com"
    with pytest.raises(CredentialsRefused, match=r"401 .*authorization grant is invalid") as refused:
        probed("SG.wrong")
    assert "SG.wrong" not in str(refused.value)
    monkeypatch.setattr(sendgrid_api, "SCOPES", ("marketing.read", "suppression.bounces.read", "mail.send"))
    with pytest.raises(CredentialsRefused, match=r"lacks rights: asm\.groups\.read, stats\.read"):
        probed(api_key(settings))


def test_4_a_listing_is_paged_by_a_token_and_the_last_page_names_no_next(sendgrid: Ask) -> None:
    first = sendgrid("/v3/marketing/singlesends", page_size=2).json()
    assert ids(first["result"]) == [DRAFT, TEST]
    onward = httpx.URL(first["_metadata"]["next"])
    assert onward.host == "api.sendgrid.com"
    second = sendgrid("/v3/marketing/singlesends", **dict(onward.params)).json()
    assert (ids(second["result"]), "next" in second["_metadata"]) == ([NEWS], False)


def test_5_a_page_of_statistics_has_twenty_five_unless_asked(sendgrid: Ask, store: Store) -> None:
    for number in range(30):
        store.put("sendgrid", "singlesend", f"s{number:02d}", number, {"id": f"s{number:02d}", "status": "triggered"})
    store.save()
    assert len(sendgrid(STATS).json()["results"]) == 25
    assert len(sendgrid(STATS, page_size=50).json()["results"]) == 32


def test_6_figures_in_all_come_of_what_was_sent(sendgrid: Ask) -> None:
    rows = sendgrid(STATS).json()["results"]
    assert ids(rows) == [TEST, NEWS]
    assert {(row["ab_variation"], row["ab_phase"], row["aggregation"]) for row in rows} == {("all", "all", "total")}
    assert rows[1]["stats"] == {
        "requests": 4, "delivered": 3, "bounces": 1, "bounce_drops": 0, "invalid_emails": 0, "spam_reports": 0,
        "spam_report_drops": 0, "opens": 4, "unique_opens": 3, "clicks": 1, "unique_clicks": 1, "unsubscribes": 1,
    }


def test_7_figures_of_days_are_those_between_two_days_both_included(sendgrid: Ask) -> None:
    first, second = (text(SENT + timedelta(days=turn))[:10] for turn in (0, 1))

    def days(**query: str) -> list[str]:
        rows = sendgrid(f"{STATS}/{NEWS}", aggregated_by="day", **query).json()["results"]
        return [row["aggregation"] for row in rows]

    assert days() == [first, second]
    assert days(start_date=second) == [second]
    assert days(end_date=first) == [first]


def test_8_parts_of_a_test_add_up_to_the_whole(sendgrid: Ask) -> None:
    whole = sendgrid(f"{STATS}/{TEST}").json()["results"]
    parts = sendgrid(f"{STATS}/{TEST}", group_by=["ab_variation", "ab_phase"]).json()["results"]
    assert {(part["ab_variation"], part["ab_phase"]): part["stats"]["requests"] for part in parts} == {
        (RED, "test"): 1, (BLUE, "test"): 1, (RED, "send"): 1,
    }
    assert [whole[0]["ab_phase"], whole[0]["stats"]["requests"]] == ["all", 3]
    phases = sendgrid(f"{STATS}/{TEST}", group_by="ab_phase").json()["results"]
    assert {(row["ab_variation"], row["ab_phase"]) for row in phases} == {("all", "test"), ("all", "send")}


def test_9_an_unknown_single_send_is_not_found(sendgrid: Ask) -> None:
    assert sendgrid(f"{STATS}/nobody").status_code == 404


def test_10_suppressions_filter_to_the_second_and_are_paged_by_offset(sendgrid: Ask, store: Store) -> None:
    for number in range(5):
        suppressed(store, "bounce", f"b{number}@example.test", NOW - timedelta(seconds=number))
    store.save()
    now = int(NOW.timestamp())
    found = sendgrid("/v3/suppression/bounces", start_time=now - 3, end_time=now - 1).json()
    assert [row["email"] for row in found] == ["b1@example.test", "b2@example.test", "b3@example.test"]
    rest = sendgrid("/v3/suppression/bounces", start_time=now - 3, end_time=now - 1, limit=2, offset=2).json()
    assert [row["email"] for row in rest] == ["b3@example.test"]
    assert set(sendgrid("/v3/suppression/bounces", end_time=now - 100).json()[0]) == {
        "created", "email", "reason", "status",
    }


def test_11_groups_and_who_left_them_come_whole(sendgrid: Ask) -> None:
    assert [group["unsubscribes"] for group in sendgrid("/v3/asm/groups").json()] == [1]
    assert sendgrid("/v3/asm/suppressions").json() == [{
        "email": "c2@example.test", "group_id": 7, "group_name": "Product news", "created_at": int(SENT.timestamp()),
    }]


def test_12_an_export_is_awaited_and_may_have_several_files(
    sendgrid: Ask, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.sandbox.vendors.sendgrid.exports.LARGEST_FILE_ROWS", 3)
    begun = sendgrid(EXPORTS, "POST", json={"file_type": "json"})
    contact(store, 99, NOW)
    store.save()
    asked = [sendgrid(f"{EXPORTS}/{begun.json()['id']}").json() for _ in range(2)]
    assert (begun.status_code, [one["status"] for one in asked]) == (202, ["pending", "ready"])
    assert (len(asked[1]["urls"]), asked[1]["contact_count"], "urls" in asked[0]) == (2, 4, False)
    assert sendgrid(f"{EXPORTS}/nobody").status_code == 404
    assert sendgrid(EXPORTS, "POST", json={"file_type": "xlsx"}).json()["errors"][0]["field"] == "file_type"


def test_13_and_14_a_file_is_fetched_by_its_signature_alone_one_contact_a_line(
    vendors: Client, sendgrid: Ask, settings: Settings
) -> None:
    job = sendgrid(EXPORTS, "POST", json={"file_type": "json"}).json()["id"]
    address = [sendgrid(f"{EXPORTS}/{job}").json() for _ in range(2)][1]["urls"][0].replace("https", "http")
    lines = gzip.decompress(vendors.get(address).content).splitlines()
    assert [json.loads(line)["contact_id"] for line in lines] == [f"contact-{number}" for number in range(4)]
    assert not {"id", "list_ids"} & set(json.loads(lines[0]))
    with_key = vendors.get(address, headers={"Authorization": f"Bearer {api_key(settings)}"})
    assert (with_key.status_code, "Only one auth mechanism allowed" in with_key.text) == (400, True)
    assert vendors.get(address.split("?")[0]).status_code == 403


def test_15_mail_has_every_day_those_without_as_zeros(sendgrid: Ask) -> None:
    first = text(SENT)[:10]
    days = {row["date"]: row["stats"][0]["metrics"] for row in sendgrid("/v3/stats", start_date=first).json()}
    assert (len(days), sum(day["requests"] for day in days.values())) == (21, 12)
    assert days[text(NOW)[:10]] == dict.fromkeys(days[first], 0)
    assert [row["date"] for row in sendgrid("/v3/stats", start_date=first, limit=1, offset=1).json()] == [
        text(SENT + timedelta(days=1))[:10]
    ]


def test_16_each_endpoint_has_a_limit_and_says_when_it_ends(sendgrid: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "REQUESTS", 2)
    told = [sendgrid("/v3/marketing/lists") for _ in range(3)]
    assert [answer.status_code for answer in told] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in told] == ["1", "0", "0"]
    assert told[2].json()["errors"][0] == {"message": "too many requests", "field": None, "help": None}
    assert 1 <= int(told[2].headers["x-ratelimit-reset"]) - int(NOW.timestamp()) <= 60
    assert sendgrid("/v3/asm/groups").status_code == 200


@pytest.mark.parametrize(("status", "message"), [(429, "too many requests"), (500, "internal server error")])
def test_a_fault_is_worded_as_sendgrid_does(vendors: Client, sendgrid: Ask, status: int, message: str) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "sendgrid", "status": status, "times": 1, "retry_after": 7})
    answer = sendgrid("/v3/marketing/lists")
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (status, message)
    if status == 429:
        assert int(answer.headers["x-ratelimit-reset"]) == int(NOW.timestamp()) + 7
