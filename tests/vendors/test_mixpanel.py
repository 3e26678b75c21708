"""The simulated Mixpanel does what its documentation says; numbers as in its README."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from app.settings import Settings
from pipelines.sandbox.vendors.mixpanel import api_secret
from pipelines.sandbox.vendors.mixpanel.api import DOCUMENTED_PER_HOUR, QUERY_HOST, Mixpanel
from pipelines.sandbox.vendors.server import application, open_catalogue
from tests.vendors.conftest import Client, alone
from tests.vendors.tiny_company import Store
from tests.vendors.tiny_product import PROFILES, write_product

Ask = Callable[..., httpx.Response]
DAYS = {"from_date": "2026-11-20", "to_date": "2026-11-20"}
ENGAGE = "http://mixpanel.com/api/2.0/engage"
EXPORT = "http://data.mixpanel.com/api/2.0/export"


@pytest.fixture
def ask(settings: Settings) -> Ask:
    """Asks Mixpanel with the right secret unless another is given."""
    store = Store(settings.home)
    write_product(store)
    store.connection.close()
    client = Client(application(settings))

    def get(address: str, secret: str = api_secret(settings), **query: object) -> httpx.Response:
        return client.get(address, params=query, headers={"Authorization": httpx.BasicAuth(secret, "")._auth_header})

    return get


def events(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line)["properties"]["$insert_id"] for line in answer.text.splitlines()]


def test_1_an_export_is_one_event_a_line(ask: Ask) -> None:
    answer = ask(EXPORT, **DAYS)
    first = json.loads(answer.text.splitlines()[0])
    assert first["event"] == "session_ended"
    assert {"time", "distinct_id", "$insert_id", "mp_processing_time_ms"} <= first["properties"].keys()


def test_2_days_are_those_of_utc_and_both_included(ask: Ask) -> None:
    assert events(ask(EXPORT, **DAYS)) == ["first", "last"]
    assert events(ask(EXPORT, from_date="2026-11-19", to_date="2026-11-22")) == ["before", "first", "last", "today"]


def test_2_both_days_are_required(ask: Ask) -> None:
    for missing in DAYS:
        answer = ask(EXPORT, **{name: day for name, day in DAYS.items() if name != missing})
        assert (answer.status_code, answer.json()["error"]) == (400, f"Missing required parameter: {missing}")


def test_2_a_day_that_has_not_begun_is_refused(ask: Ask) -> None:
    answer = ask(EXPORT, from_date="2026-11-20", to_date="2026-11-23")
    assert (answer.status_code, answer.json()["error"]) == (400, "to_date cannot be later than today")


def test_3_only_the_events_that_are_named_come(ask: Ask) -> None:
    assert events(ask(EXPORT, **DAYS, event='["report_shared"]')) == ["last"]


def test_4_a_limit_ends_the_export_and_may_not_be_over_a_hundred_thousand(ask: Ask) -> None:
    assert events(ask(EXPORT, **DAYS, limit=1)) == ["first"]
    assert ask(EXPORT, **DAYS, limit=100_001).status_code == 400


@pytest.mark.parametrize("address", [EXPORT, ENGAGE])
def test_5_another_secret_is_refused(ask: Ask, address: str) -> None:
    answer = ask(address, secret="wrong", **DAYS)
    assert (answer.status_code, answer.json()["error"]) == (401, "Unable to authenticate request")


def test_6_a_fourth_export_in_a_second_is_refused(ask: Ask) -> None:
    found = [ask(EXPORT, **DAYS).status_code for _ in range(12)]
    assert found[:3] == [200] * 3
    assert 429 in found


def test_7_a_query_beyond_those_of_an_hour_is_refused(ask: Ask, settings: Settings) -> None:
    client = alone(Mixpanel(open_catalogue(settings), "s", per_hour=DOCUMENTED_PER_HOUR))
    header = {"Authorization": httpx.BasicAuth("s", "")._auth_header}
    found = [client.get(f"http://{QUERY_HOST}/api/2.0/engage", headers=header).status_code for _ in range(62)]
    assert found[:60] == [200] * 60
    assert found[61] == 429


def test_8_profiles_come_in_pages_of_one_session(ask: Ask) -> None:
    first = ask(ENGAGE, page_size=100).json()
    assert (first["page"], first["page_size"], first["total"], len(first["results"])) == (0, 100, PROFILES, 100)
    pages = [ask(ENGAGE, page_size=100, page=page, session_id=first["session_id"]).json() for page in (1, 2, 3)]
    assert [len(page["results"]) for page in pages] == [100, 60, 0]
    found = {one["$distinct_id"] for page in [first, *pages] for one in page["results"]}
    assert len(found) == PROFILES


def test_8_a_later_page_without_its_session_is_refused(ask: Ask) -> None:
    assert ask(ENGAGE, page=1).status_code == 400
    assert ask(ENGAGE, page=1, session_id="other").status_code == 400


def test_9_the_top_properties_are_told_with_how_many_events_have_them(ask: Ask) -> None:
    found = ask("http://mixpanel.com/api/2.0/events/properties/top", limit=2000).json()
    assert (found["time"], found["features"]) == ({"count": 4}, {"count": 1})
    profiles = ask("http://mixpanel.com/api/2.0/engage/properties", limit=2000).json()["results"]
    assert profiles["$email"] == {"count": PROFILES, "type": "string"}
    assert (profiles["account_id"]["type"], profiles["$last_seen"]["type"]) == ("number", "datetime")


def test_10_an_error_says_why_under_error(ask: Ask) -> None:
    assert ask("http://mixpanel.com/api/2.0/nothing").json() == {"status": "error", "error": "Not found"}
