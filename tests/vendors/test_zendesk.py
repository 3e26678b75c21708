"""Each test is a statement of Zendesk's reference; the numbers are those of the simulator's README."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app.errors import CredentialsRefused
from app.settings import Settings
from pipelines.sandbox.company.times import stamp
from pipelines.sandbox.vendors.server import METHODS, open_catalogue
from pipelines.sandbox.vendors.zendesk import HOST, credentials
from pipelines.sandbox.vendors.zendesk.api import Zendesk
from pipelines.sources import all_sources
from tests.vendors.conftest import Client
from tests.vendors.tiny_company import NOW, Store

Ask = Callable[..., httpx.Response]
EXPORT = "/api/v2/incremental/tickets/cursor.json"
EVENTS = "/api/v2/incremental/ticket_events.json"
BY_TIME = "/api/v2/incremental/organizations.json"
MONTH_AGO = int((NOW - timedelta(days=30)).timestamp())


def put(store: Store, kind: str, key: int, at: int, **fields: Any) -> None:
    """An object that changed at an instant: exports show it a minute later."""
    body = {"id": key, "created_at": stamp(at), "updated_at": stamp(at)} | fields
    store.put("zendesk", kind, str(fields.get("ticket_id", key) if kind == "ticket_metric" else key), at + 60, body)


def ago(**time: float) -> int:
    return int((NOW - timedelta(**time)).timestamp())


@pytest.fixture
def store(settings: Settings, vendors: Client) -> Store:
    store = Store(settings.home)
    put(store, "user", 1, ago(days=90), name="Nora", email=credentials(settings).email, role="admin")
    for number in range(1, 5):
        put(store, "ticket", number, ago(days=number), generated_timestamp=ago(days=number),
            status="deleted" if number == 2 else "open")  # fmt: skip
    put(store, "ticket_metric", 71, ago(days=1), ticket_id=1, replies=2)
    comment = {"id": 12, "via": {"channel": "web"}, "event_type": "Comment", "public": False, "body": "A note"}
    put(store, "ticket_event", 11, ago(days=1), ticket_id=1, timestamp=ago(days=1), child_events=[comment])
    for number, score in enumerate(("offered", "good", "bad"), 21):
        put(store, "satisfaction_rating", number, ago(days=number), score=score, ticket_id=number)
    put(store, "group", 31, ago(days=80), name="Support")
    for number in range(41, 46):
        put(store, "organization", number, ago(days=10) if number < 44 else ago(days=9), name=f"O{number}")
    store.save()
    return store


@pytest.fixture
def zendesk(vendors: Client, settings: Settings, store: Store) -> Ask:
    """Asks with the right credentials unless others are given."""
    right = (f"{credentials(settings).email}/token", credentials(settings).api_token)

    def ask(path: str, auth: tuple[str, str] | None = right, **query: object) -> httpx.Response:
        return vendors.get(f"http://{HOST}{path}", params=query, auth=auth)

    return ask


def ids(answer: httpx.Response, collection: str) -> list[int]:
    return [record["id"] for record in answer.json()[collection]]


@pytest.mark.parametrize("auth", [None, ("agent0@meridian-works.example", "x"), ("other@x.example/token", "x")])
def test_1_who_is_not_known_is_not_authenticated(zendesk: Ask, auth: tuple[str, str] | None) -> None:
    answer = zendesk("/api/v2/groups.json", auth=auth)
    assert (answer.status_code, answer.json()) == (401, {"error": "Couldn't authenticate you"})


def test_2_one_is_told_who_one_is(zendesk: Ask) -> None:
    assert zendesk("/api/v2/users/me.json").json()["user"]["role"] == "admin"


@pytest.mark.parametrize(
    ("start", "code"),
    [(None, "StartTimeMissing"), ("yesterday", "StartTimeMissing"), (ago(seconds=59), "StartTimeTooRecent")],
)
@pytest.mark.parametrize("path", [EXPORT, EVENTS])
def test_3_an_export_begins_at_an_instant_before_the_last_minute(
    zendesk: Ask, path: str, start: object, code: str
) -> None:
    answer = zendesk(path, **({} if start is None else {"start_time": start}))
    assert (answer.status_code, answer.json()["error"]) == (400, code)


def test_4_an_export_gives_what_changed_since_then_oldest_first_without_the_last_minute(
    zendesk: Ask, store: Store
) -> None:
    put(store, "ticket", 9, ago(seconds=30), generated_timestamp=ago(seconds=30), status="new")
    store.save()
    assert ids(zendesk(EXPORT, start_time=MONTH_AGO), "tickets") == [4, 3, 2, 1]
    assert ids(zendesk(EXPORT, start_time=ago(days=2)), "tickets") == [2, 1]
    assert ids(zendesk(EXPORT, start_time=ago(days=2) + 1), "tickets") == [1]
    store.move_to(NOW + timedelta(seconds=30))
    assert ids(zendesk(EXPORT, start_time=ago(days=1)), "tickets") == [1, 9]


def test_5_a_page_has_at_most_a_thousand_objects(zendesk: Ask, store: Store) -> None:
    for number in range(1_500):
        put(store, "user", 100 + number, ago(days=5) + number, role="end-user", email=f"u{number}@x.example")
    store.save()
    path = "/api/v2/incremental/users/cursor.json"
    page = zendesk(path, start_time=ago(days=6), per_page=5_000).json()
    rest = zendesk(path, cursor=page["after_cursor"]).json()
    assert (len(page["users"]), page["end_of_stream"]) == (1_000, False)
    assert (len(rest["users"]), rest["end_of_stream"]) == (500, True)


def test_6_the_next_page_begins_behind_the_cursor_and_so_does_a_later_export(zendesk: Ask, store: Store) -> None:
    page = zendesk(EXPORT, start_time=MONTH_AGO, per_page=3).json()
    assert ([one["id"] for one in page["tickets"]], page["end_of_stream"]) == ([4, 3, 2], False)
    assert f"cursor={page['after_cursor']}" in page["after_url"]
    last = zendesk(EXPORT, cursor=page["after_cursor"]).json()
    assert ([one["id"] for one in last["tickets"]], last["end_of_stream"]) == ([1], True)
    assert ids(zendesk(EXPORT, cursor=last["after_cursor"]), "tickets") == []
    put(store, "ticket", 3, ago(hours=1), generated_timestamp=ago(hours=1), status="solved")
    store.save()
    assert ids(zendesk(EXPORT, cursor=last["after_cursor"]), "tickets") == [3]
    assert zendesk(EXPORT, cursor="nonsense").status_code == 400


def test_7_a_page_by_time_begins_with_the_second_that_the_last_one_ended_with(zendesk: Ask) -> None:
    page = zendesk(BY_TIME, start_time=MONTH_AGO, per_page=4).json()
    assert ([one["id"] for one in page["organizations"]], page["count"]) == ([41, 42, 43, 44], 4)
    assert (page["end_time"], page["end_of_stream"]) == (ago(days=9), False)
    assert f"start_time={ago(days=9)}" in page["next_page"]
    last = zendesk(BY_TIME, start_time=page["end_time"]).json()
    assert ([one["id"] for one in last["organizations"]], last["end_of_stream"]) == ([44, 45], True)


def test_7_metric_events_do_not_say_that_they_end(zendesk: Ask) -> None:
    page = zendesk("/api/v2/incremental/ticket_metric_events.json", start_time=MONTH_AGO).json()
    assert page.keys() == {"ticket_metric_events", "count", "end_time", "next_page"}
    assert (page["count"], page["end_time"]) == (0, MONTH_AGO)


def test_8_deleted_tickets_come_with_their_status_unless_they_are_not_wanted(zendesk: Ask) -> None:
    tickets = zendesk(EXPORT, start_time=MONTH_AGO).json()["tickets"]
    assert [one["status"] for one in tickets] == ["open", "open", "deleted", "open"]
    assert ids(zendesk(EXPORT, start_time=MONTH_AGO, exclude_deleted="true"), "tickets") == [4, 3, 1]


def test_9_metrics_are_loaded_beside_tickets_when_asked_for(zendesk: Ask) -> None:
    plain = zendesk(EXPORT, start_time=ago(days=1)).json()["tickets"][0]
    beside = zendesk(EXPORT, start_time=ago(days=1), include="metric_sets").json()["tickets"][0]
    assert "metric_set" not in plain
    assert (beside["metric_set"]["id"], beside["metric_set"]["replies"]) == (71, 2)


def test_10_events_tell_of_comments_and_bring_them_when_asked_for(zendesk: Ask) -> None:
    plain = zendesk(EVENTS, start_time=MONTH_AGO).json()["ticket_events"][0]["child_events"][0]
    whole = zendesk(EVENTS, start_time=MONTH_AGO, include="comment_events").json()["ticket_events"][0]
    assert (plain["comment_present"], plain["comment_public"], "body" in plain) == (True, False, False)
    assert whole["child_events"][0]["body"] == "A note"


def test_11_lists_come_by_cursor(zendesk: Ask) -> None:
    path = "/api/v2/satisfaction_ratings.json"
    page = zendesk(path, **{"page[size]": 2}).json()
    assert ([one["id"] for one in page["satisfaction_ratings"]], page["meta"]["has_more"]) == ([23, 22], True)
    assert page["meta"]["after_cursor"] in page["links"]["next"]
    last = zendesk(path, **{"page[size]": 2, "page[after]": page["meta"]["after_cursor"]}).json()
    assert ([one["id"] for one in last["satisfaction_ratings"]], last["meta"]["has_more"]) == ([21], False)
    assert last["links"]["next"] is None
    assert zendesk(path, **{"page[size]": 101}).status_code == 400
    assert ids(zendesk("/api/v2/groups.json"), "groups") == [31]


@pytest.mark.parametrize(
    ("asked_for", "expected"),
    [({"score": "received"}, [23, 22]), ({"score": "offered"}, [21]), ({"start_time": ago(days=22)}, [22, 21]),
     ({"end_time": ago(days=22)}, [23, 22]), ({"score": "good", "start_time": ago(days=21)}, [])],
    ids=["received", "offered", "since", "until", "both"],
)  # fmt: skip
def test_12_ratings_are_filtered(zendesk: Ask, asked_for: dict[str, object], expected: list[int]) -> None:
    assert ids(zendesk("/api/v2/satisfaction_ratings.json", **asked_for), "satisfaction_ratings") == expected


def test_13_too_many_requests_are_told_when_to_come_again(settings: Settings, store: Store) -> None:
    given = credentials(settings)
    strict = Zendesk(open_catalogue(settings), given, exports_per_minute=2)
    client = Client(Starlette(routes=[Route("/{path:path}", strict.answer, methods=METHODS)]))
    auth = (f"{given.email}/token", given.api_token)
    answers = [client.get(EXPORT, params={"start_time": MONTH_AGO}, auth=auth) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"] == "APIRateLimitExceeded"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30


@pytest.mark.parametrize(
    ("status", "error"), [(429, "APIRateLimitExceeded"), (500, "InternalError"), (503, "ServiceUnavailable")]
)
def test_14_a_fault_is_worded_as_zendesk_does(vendors: Client, zendesk: Ask, status: int, error: str) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "zendesk", "status": status, "times": 1, "retry_after": 7})
    answer = zendesk("/api/v2/groups.json")
    assert (answer.status_code, answer.json()["error"], answer.headers["retry-after"]) == (status, error, "7")


def test_14_what_is_not_there_is_not_found(zendesk: Ask) -> None:
    answer = zendesk("/api/v2/unicorns.json")
    assert (answer.status_code, answer.json()["error"]) == (404, "InvalidEndpoint")


class TestTheProbe:
    """Who the source's probe says we are, asked in process."""

    @pytest.fixture
    def probe(self, settings: Settings, store: Store) -> Callable[..., str]:
        source = all_sources()["zendesk"]
        assert source.probe and source.sandbox
        given, answers = source.sandbox(settings), source.probe
        simulator = Zendesk(open_catalogue(settings), credentials(settings))
        client = Client(Starlette(routes=[Route("/{path:path}", simulator.answer, methods=METHODS)]))
        return lambda **changed: answers({**given, **changed}, cast(httpx.Client, client))

    def test_says_whose_token_it_is(self, probe: Callable[..., str]) -> None:
        assert probe() == "administrator agent0@meridian-works.example at meridian-works.zendesk.com"

    def test_says_that_zendesk_refuses_a_wrong_token(self, probe: Callable[..., str]) -> None:
        with pytest.raises(CredentialsRefused, match=r"Zendesk refuses the credentials: 401 .*authenticate you"):
            probe(api_token="wrong")

    def test_says_that_an_agents_token_does_not_do(self, probe: Callable[..., str], store: Store) -> None:
        put(store, "user", 1, ago(days=2), name="Nora", email="agent0@meridian-works.example", role="agent")
        store.save()
        with pytest.raises(CredentialsRefused, match=r"role agent\. Expected admin"):
            probe()
