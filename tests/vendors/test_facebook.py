"""Each test is one statement of Meta's Graph and Marketing API guides; the numbers are those of the vendor's README."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import orjson
import pytest

from app.settings import Settings
from pipelines.sandbox.company.ad_bodies import ACCOUNT, digits
from pipelines.sandbox.vendors.facebook import access_token
from tests.vendors.conftest import Client
from tests.vendors.tiny_advertising import ADS, FIRST, LAUNCH, SOCIAL, begins, write_facebook
from tests.vendors.tiny_company import Store

Ask = Callable[..., httpx.Response]
ACT = f"act_{ACCOUNT}"
FIELDS = '["ad_id", "spend", "actions", "reach"]'


@pytest.fixture
def graph(vendors: Client, settings: Settings) -> Ask:
    """Asks the Graph API with the right token unless another is given; an empty one is left out."""
    write_facebook(Store(settings.home))

    def ask(path: str, method: str = "GET", token: str = access_token(settings), **given: object) -> httpx.Response:
        query = {name: str(value) for name, value in given.items()}
        query |= {"access_token": token} if token else {}
        address = f"http://graph.facebook.com/v25.0/{path}"
        return vendors.post(address, data=query) if method == "POST" else vendors.get(address, params=query)

    return ask


@pytest.fixture
def report(graph: Ask) -> Ask:
    """Asks for a report by ad and day; anything may be overridden."""

    def ask(since: str = str(FIRST), until: str = str(FIRST), **changed: object) -> httpx.Response:
        given = {"level": "ad", "time_increment": 1, "fields": FIELDS, "breakdowns": "[]",
                 "time_ranges": orjson.dumps([{"since": since, "until": until}]).decode(),
                 "action_attribution_windows": '["1d_click", "7d_click", "1d_view", "7d_view"]'}
        return graph(f"{ACT}/insights", "POST", **(given | changed))

    return ask


def error_of(answer: httpx.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["error"]["code"]


def read(graph: Ask, key: str) -> httpx.Response:
    """A report of a few days, once somebody has looked that it is ready."""
    assert graph(key).json()["async_status"] == "Job Completed"
    return graph(f"{key}/insights", limit=100)


def test_1_a_request_without_a_token_and_one_with_a_wrong_one_are_refused(graph: Ask) -> None:
    assert error_of(graph("me/adaccounts", token="")) == (400, 104)
    assert error_of(graph("me/adaccounts", token="EAAB-old")) == (401, 190)


def test_1_the_token_may_come_in_the_header(vendors: Client, settings: Settings, graph: Ask) -> None:
    assert graph("me/adaccounts").status_code == 200
    headers = {"Authorization": f"Bearer {access_token(settings)}"}
    answer = vendors.get(f"http://graph.facebook.com/v25.0/{ACT}?fields=name,timezone_name", headers=headers)
    assert answer.json() == {"name": "Meridian Works", "timezone_name": "America/New_York", "id": ACT}


def test_2_the_user_sees_its_ad_accounts(graph: Ask) -> None:
    assert graph("me/adaccounts").json()["data"] == [{"account_id": ACCOUNT, "id": ACT}]


def test_3_an_object_that_is_not_there_is_an_unsupported_request(graph: Ask) -> None:
    answer = graph("123456")
    assert error_of(answer) == (400, 100)
    assert answer.json()["error"]["error_subcode"] == 33


def test_3_an_old_version_of_the_api_is_refused(vendors: Client, settings: Settings) -> None:
    answer = vendors.get(f"http://graph.facebook.com/v19.0/{ACT}", params={"access_token": access_token(settings)})
    assert error_of(answer) == (400, 2635)


def test_4_a_list_has_the_fields_asked_for_and_the_id(graph: Ask) -> None:
    rows = graph(f"{ACT}/campaigns", fields="name").json()["data"]
    assert rows == [{"name": one.name, "id": digits(18, one.key)} for one in (LAUNCH, SOCIAL)]
    assert error_of(graph(f"{ACT}/campaigns", fields="name,colour")) == (400, 100)


def test_5_pages_hold_25_and_the_cursor_leads_to_the_next(graph: Ask) -> None:
    first = graph(f"{ACT}/ads").json()
    second = graph(f"{ACT}/ads", after=first["paging"]["cursors"]["after"]).json()
    assert (len(first["data"]), len(second["data"])) == (25, ADS - 25)
    assert ("next" in first["paging"], "next" in second["paging"]) == (True, False)
    assert len({row["id"] for row in first["data"] + second["data"]}) == ADS


def test_6_a_list_can_be_filtered_by_the_time_of_change(graph: Ask) -> None:
    since = orjson.dumps([{"field": "campaign.updated_time", "operator": "GREATER_THAN", "value": begins(FIRST)}])
    assert [row["id"] for row in graph(f"{ACT}/campaigns", filtering=since.decode()).json()["data"]] == [
        digits(18, LAUNCH.key)
    ]


def test_7_times_are_in_the_accounts_time_zone(graph: Ask) -> None:
    body = graph(digits(18, SOCIAL.key), fields="updated_time").json()
    assert body["updated_time"] == "2026-11-10T00:00:00-0500"


def test_8_a_report_is_asked_for_looked_at_and_read(graph: Ask, report: Ask) -> None:
    key = report().json()["report_run_id"]
    state = graph(key).json()
    assert (state["async_status"], state["async_percent_completion"]) == ("Job Completed", 100)
    rows = graph(f"{key}/insights", limit=100).json()["data"]
    assert len(rows) == ADS / 2
    days = {(row["spend"], row["date_start"], row["date_stop"]) for row in rows}
    assert days == {("1.50", "2026-11-10", "2026-11-10")}


def test_9_a_long_report_is_not_ready_at_once_and_cannot_be_read_before(graph: Ask, report: Ask) -> None:
    key = report("2026-09-01", "2026-11-12").json()["report_run_id"]
    assert error_of(graph(f"{key}/insights")) == (400, 2601)
    states = [graph(key).json() for _ in range(3)]
    assert [state["async_percent_completion"] for state in states] == [42, 84, 100]
    assert [state["async_status"] for state in states] == ["Job Running", "Job Running", "Job Completed"]
    assert len(graph(f"{key}/insights", limit=100).json()["data"]) == ADS


def test_10_an_action_tells_its_windows_but_those_that_were_given_up(graph: Ask, report: Ask) -> None:
    rows = read(graph, report().json()["report_run_id"]).json()["data"]
    lead = next(action for action in rows[0]["actions"] if action["action_type"] == "lead")
    assert lead == {"action_type": "lead", "value": "3", "7d_click": "1", "1d_view": "2"}


def test_11_an_ad_that_was_not_shown_has_no_row(graph: Ask, report: Ask) -> None:
    key = report("2026-11-20", "2026-11-20").json()["report_run_id"]
    assert read(graph, key).json() == {"data": []}


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"since": "2023-09-30"}, 3018), ({"until": "2026-11-01"}, 100), ({"fields": '["colour"]'}, 100),
     ({"time_ranges": "always"}, 100), ({"level": "campaign"}, 100)],
    ids=["more than 37 months ago", "the end before the start", "an unknown field", "no range", "not simulated"],
)
def test_12_a_report_that_cannot_be_made_is_refused(report: Ask, changed: dict[str, str], code: int) -> None:
    assert error_of(report(**changed)) == (400, code)


def test_13_too_many_calls_are_a_400_of_their_own_with_the_use_in_a_header(vendors: Client, graph: Ask) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "facebook", "status": 429, "times": 1, "retry_after": 90})
    answer = graph(f"{ACT}/campaigns")
    assert error_of(answer) == (400, 80004)
    use = orjson.loads(answer.headers["x-business-use-case-usage"])[ACCOUNT][0]
    assert (use["call_count"], use["estimated_time_to_regain_access"]) == (100, 2)


def test_14_a_fault_of_metas_is_transient(vendors: Client, graph: Ask) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "facebook", "status": 500, "times": 1})
    answer = graph(f"{ACT}/campaigns")
    assert (answer.status_code, answer.json()["error"]["is_transient"]) == (500, True)
