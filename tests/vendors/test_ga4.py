"""Each test is one statement of pipelines/sandbox/vendors/ga4/README.md, over REST, in process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.settings import Settings
from pipelines.sandbox.vendors.faults import Faults
from pipelines.sandbox.vendors.ga4.api import DataApi
from pipelines.sandbox.vendors.ga4.quota import HOUR, Quota
from pipelines.sandbox.vendors.google_oauth.tokens import SCOPES, Tokens
from pipelines.sandbox.vendors.server import Cast, application, open_catalogue
from tests.vendors.conftest import Client
from tests.vendors.tiny_company import Store

HOST = "analyticsdata.googleapis.com"
PROPERTY = f"http://{HOST}/v1beta/properties/412776105"
NOON = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)  # still 21 November in the property's New York
PAGES = ["/", "/pricing"]
COUNTRIES = [["US", "United States"], ["DE", "Germany"]]
ADS, DIRECT = ["google", "cpc", "brand_search", "Paid Search"], ["(direct)", "(none)", "(direct)", "Direct"]
# Columns as in company/web.py: origin, page, device, country, users, again, first, sessions, engaged, new, views,
# seconds, pricing, forms, leads, signups.
DAYS: Mapping[str, list[list[int]]] = {
    "2026-11-20": [
        [0, 0, 0, 0, 10, 0, 0, 12, 6, 8, 20, 300, 3, 2, 0, 0], [1, 1, 1, 1, 4, 1, 0, 6, 3, 2, 9, 100, 1, 1, 0, 0],
        [0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 5, 200, 1, 1, 1, 0], [0, 1, 0, 1, 0, 1, 2, 1, 1, 0, 4, 240, 1, 1, 0, 1],
    ],
    "2026-11-21": [[1, 0, 0, 0, 5, 0, 0, 5, 2, 5, 7, 90, 0, 0, 0, 0]],
}  # fmt: skip
Report = Callable[..., httpx.Response]


@pytest.fixture
def days(settings: Settings) -> Settings:
    """Two days by hand: 20 sessions of 15 people, one lead who also signs up, and 5 sessions the day after."""
    store = Store(settings.home, NOON)
    for day, rows in DAYS.items():
        body = {"date": day, "state": "final", "origins": [ADS, DIRECT], "pages": PAGES, "countries": COUNTRIES,
                "rows": rows}
        store.put("ga4", "day", day, 0, body)
    store.save()
    store.connection.close()
    return settings


def asking(web: Starlette, settings: Settings) -> Report:
    """Runs a report of sessions with the right token, over both days; any part may be given otherwise."""
    good = Tokens(settings).give(SCOPES["ga4"], int(NOON.timestamp()))

    def ask(
        *dimensions: str, token: str = good, metrics: tuple[str, ...] = ("sessions",), **more: Any
    ) -> httpx.Response:
        given = {"dimensions": [{"name": name} for name in dimensions], "metrics": [{"name": name} for name in metrics],
                 "dateRanges": [{"startDate": "2026-11-20", "endDate": "2026-11-21"}]} | more
        headers = {"Authorization": f"Bearer {token}"}
        return Client(web).post(f"{PROPERTY}:runReport", headers=headers, content=json.dumps(given))

    return ask


@pytest.fixture
def report(days: Settings) -> Report:
    return asking(application(days), days)


def smaller(days: Settings, **more: Any) -> Report:
    """The same property with smaller limits."""
    api = DataApi(open_catalogue(days), Tokens(days), SCOPES["ga4"], **more)
    return asking(application(days, Cast({HOST: ("ga4", api)}, Faults())), days)


def table(answer: httpx.Response) -> dict[tuple[str, ...], tuple[float, ...]]:
    """Metrics by dimension values."""
    assert answer.status_code == 200, answer.text
    return {
        tuple(value["value"] for value in row.get("dimensionValues", ())):
        tuple(float(value["value"]) for value in row["metricValues"])
        for row in answer.json().get("rows", ())
    }


def test_a_report_has_a_row_for_each_combination_of_values(report: Report) -> None:
    answer = report("date", "sessionSource", "sessionMedium", "sessionCampaignName", "sessionDefaultChannelGroup")
    assert table(answer) == {
        ("20261120", "google", "cpc", "brand_search", "Paid Search"): (14,),
        ("20261120", "(direct)", "(none)", "(direct)", "Direct"): (6,),
        ("20261121", "(direct)", "(none)", "(direct)", "Direct"): (5,),
    }
    assert [header["name"] for header in answer.json()["dimensionHeaders"]][:2] == ["date", "sessionSource"]
    assert answer.json()["metricHeaders"] == [{"name": "sessions", "type": "TYPE_INTEGER"}]


def test_users_are_counted_once_in_each_row_and_do_not_add_up(report: Report) -> None:
    by_source = table(report("date", "sessionSource", metrics=("totalUsers",)))
    assert by_source["20261120", "google"] == (11,)  # who came back to sign up is one of them
    assert by_source["20261120", "(direct)"] == (5,)  # one of them came by an advertisement before
    assert table(report("date", metrics=("totalUsers",)))["20261120",] == (15,)


def test_events_are_told_by_name_with_those_that_are_key(report: Report) -> None:
    found = table(report("date", "eventName", "isKeyEvent", metrics=("eventCount", "keyEvents")))
    assert {key[1:]: value for key, value in found.items() if key[0] == "20261120"} == {
        ("page_view", "false"): (38, 0), ("session_start", "false"): (20, 0), ("first_visit", "false"): (11, 0),
        ("user_engagement", "false"): (11, 0), ("view_pricing", "false"): (6, 0), ("form_start", "false"): (5, 0),
        ("generate_lead", "true"): (1, 1), ("sign_up", "true"): (1, 1),
    }


def test_key_events_are_metrics_of_their_own(report: Report) -> None:
    names = ("keyEvents", "keyEvents:generate_lead", "keyEvents:sign_up", "engagementRate", "totalRevenue")
    assert table(report("date", metrics=names))["20261120",] == (2, 1, 1, 0.55, 0)


def test_what_was_not_measured_is_not_set(report: Report) -> None:
    assert set(table(report("date", "city"))) == {("20261120", "(not set)"), ("20261121", "(not set)")}


def test_rows_come_in_pages_that_fit_and_the_count_is_of_all(report: Report) -> None:
    order = [{"dimension": {"dimensionName": "date", "orderType": "NUMERIC"}}]
    pages = [report("date", "country", orderBys=order, limit=2, offset=offset) for offset in (0, 2)]
    assert [len(page.json()["rows"]) for page in pages] == [2, 1]
    assert {page.json()["rowCount"] for page in pages} == {3}
    assert list(table(pages[0]) | table(pages[1])) == list(table(report("date", "country", orderBys=order)))


def test_rows_are_ordered_by_a_metric_downwards(report: Report) -> None:
    order = [{"metric": {"metricName": "sessions"}, "desc": True}]
    assert [value for (value,) in table(report("date", orderBys=order)).values()] == [20, 5]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [({"filter": {"fieldName": "isKeyEvent", "stringFilter": {"value": "TRUE"}}}, {"generate_lead", "sign_up"}),
     ({"filter": {"fieldName": "eventName", "inListFilter": {"values": ["sign_up", "x"]}}}, {"sign_up"}),
     ({"notExpression": {"filter": {
         "fieldName": "eventName", "stringFilter": {"matchType": "CONTAINS", "value": "_"}}}}, set()),
     ({"andGroup": {"expressions": [
         {"filter": {"fieldName": "eventName", "stringFilter": {"matchType": "ENDS_WITH", "value": "lead"}}},
         {"filter": {"fieldName": "isKeyEvent", "stringFilter": {"value": "true"}}}]}}, {"generate_lead"})],
    ids=["a dimension that is not shown", "a list", "not", "and"],
)  # fmt: skip
def test_a_filter_is_on_any_dimension(report: Report, wanted: dict[str, Any], expected: set[str]) -> None:
    answer = report("date", "eventName", metrics=("eventCount",), dimensionFilter=wanted)
    assert {name for _, name in table(answer)} == expected


def test_days_are_those_of_the_propertys_time_zone(report: Report) -> None:
    answer = report("date", dateRanges=[{"startDate": "yesterday", "endDate": "today"}])
    assert set(table(answer)) == {("20261120",), ("20261121",)}
    assert answer.json()["metadata"]["timeZone"] == "America/New_York"


def test_a_day_without_visits_has_no_row(report: Report) -> None:
    answer = report("date", dateRanges=[{"startDate": "2020-01-01", "endDate": "2020-01-31"}])
    assert (table(answer), answer.json()["metadata"]["emptyReason"]) == ({}, "NO_DATA")


def test_more_rows_than_a_days_table_holds_become_one_other_row(days: Settings) -> None:
    answer = smaller(days, cardinality=2)("date", "eventName", metrics=("eventCount",))
    assert table(answer) == {
        ("20261120", "page_view"): (38,), ("20261120", "session_start"): (20,), ("(other)", "(other)"): (35 + 7,),
        ("20261121", "page_view"): (7,), ("20261121", "first_visit"): (5,),
    }  # fmt: skip
    assert answer.json()["metadata"]["dataLossFromOtherRow"] is True


@pytest.mark.parametrize(
    ("dimensions", "more", "says"),
    [(("date", "colour"), {}, "Field colour is not a valid dimension"),
     (("date",), {"metrics": ("sales",)}, "Field sales is not a valid metric"),
     (("date", *["country"] * 9), {}, "limited to 9 dimensions"),
     (("date",), {"metrics": ("sessions",) * 11}, "limited to 10 metrics"),
     (("date",), {"dateRanges": []}, "date ranges"),
     (("date",), {"dateRanges": [{"startDate": "soon", "endDate": "today"}]}, "Invalid date"),
     (("date",), {"dateRanges": [{"startDate": "today", "endDate": "yesterday"}]}, "after the end date"),
     (("date", "cohort"), {}, "requires a cohortSpec"), (("date",), {"limit": 250_001}, "at most 250000"),
     (("date",), {"dimensionFilter": {"filter": {"fieldName": "colour"}}}, "Field colour"),
     (("date",), {"unheardOf": 1}, "Invalid JSON payload")],
    ids=["an unknown dimension", "an unknown metric", "ten dimensions", "eleven metrics", "no dates", "no such date",
         "backwards", "a cohort", "too many rows", "a filter on nothing", "an unknown part"],
)  # fmt: skip
def test_a_wrong_request_is_refused(
    report: Report, dimensions: tuple[str, ...], more: dict[str, Any], says: str
) -> None:
    answer = report(*dimensions, **more)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert says in answer.json()["error"]["message"]


def test_each_report_tells_the_tokens_it_took_and_what_is_left(report: Report) -> None:
    first, second = (report("date", returnPropertyQuota=True).json()["propertyQuota"] for _ in range(2))
    assert first["tokensPerHour"]["consumed"] == 1
    assert [quota["tokensPerHour"]["remaining"] for quota in (first, second)] == [39_999, 39_998]
    assert second["tokensPerProjectPerHour"]["remaining"] == 13_998
    assert "propertyQuota" not in report("date").json()


def test_a_quota_that_is_used_up_refuses_until_its_hour_ends(days: Settings) -> None:
    report = smaller(days, quota=Quota({"tokens_per_hour": (2, HOUR)}))
    statuses = [report("date").status_code for _ in range(3)]
    answer = report("date").json()["error"]
    assert (statuses, answer["status"]) == ([200, 200, 429], "RESOURCE_EXHAUSTED")
    assert "Exhausted property tokens" in answer["message"]


def test_another_scope_another_property_and_no_token_are_refused(report: Report, days: Settings) -> None:
    at = int(NOON.timestamp())
    for token, status, word in (("", 401, "UNAUTHENTICATED"), ("ya29.x.y", 401, "UNAUTHENTICATED"),
                                (Tokens(days).give(SCOPES["google_ads"], at), 403, "PERMISSION_DENIED")):
        answer = report("date", token=token)
        assert (answer.status_code, answer.json()["error"]["status"]) == (status, word)
    headers = {"Authorization": f"Bearer {Tokens(days).give(SCOPES['ga4'], at)}"}
    other = Client(application(days)).get(PROPERTY.replace("412776105", "1") + "/metadata", headers=headers)
    assert (other.status_code, other.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


def test_the_property_tells_its_fields_and_which_do_not_go_together(days: Settings) -> None:
    client = Client(application(days))
    headers = {"Authorization": f"Bearer {Tokens(days).give(SCOPES['ga4'], int(NOON.timestamp()))}"}
    found = client.get(f"{PROPERTY}/metadata", headers=headers).json()
    assert {"date", "landingPage"} <= {one["apiName"] for one in found["dimensions"]}
    types = {one["apiName"]: one["type"] for one in found["metrics"]}
    assert (types["sessions"], types["keyEvents:sign_up"]) == ("TYPE_INTEGER", "TYPE_FLOAT")
    asked = {"dimensions": [{"name": "date"}], "compatibilityFilter": "INCOMPATIBLE"}
    clash = client.post(f"{PROPERTY}:checkCompatibility", headers=headers, content=json.dumps(asked)).json()
    names = [one["dimensionMetadata"]["apiName"] for one in clash["dimensionCompatibilities"]]
    assert (names, clash["metricCompatibilities"][0]["metricMetadata"]["apiName"]) == (["cohort"], "cohortActiveUsers")


@pytest.mark.parametrize(("status", "word"), [(429, "RESOURCE_EXHAUSTED"), (500, "INTERNAL"), (503, "UNAVAILABLE")])
def test_a_fault_is_worded_as_google_does(days: Settings, status: int, word: str) -> None:
    web = application(days)
    Client(web).post("/_sandbox/faults", json={"vendor": "ga4", "status": status, "times": 1})
    answer = asking(web, days)("date")
    assert (answer.status_code, answer.json()["error"]["status"]) == (status, word)
