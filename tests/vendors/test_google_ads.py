"""Each test is one statement of Google's OAuth and Google Ads API guides, numbered as in the vendor's README."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.errors import CredentialsRefused
from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.company.ad_bodies import CUSTOMER, MANAGER
from pipelines.sandbox.vendors.google_ads import access
from pipelines.sandbox.vendors.google_oauth.tokens import SCOPES, Tokens
from pipelines.sources import google_ads as source
from tests.vendors.conftest import Client
from tests.vendors.tiny_advertising import SEARCH, write_google
from tests.vendors.tiny_company import NOW, Store

Ask = Callable[..., httpx.Response]
BY_DAY = ("SELECT campaign.id, segments.date, metrics.clicks FROM campaign "
          "WHERE segments.date BETWEEN '2026-11-10' AND '2026-11-12'")


@pytest.fixture
def search(vendors: Client, settings: Settings) -> Ask:
    """Asks by searchStream with all that is right, unless something else is given; a header of None is left out."""
    write_google(Store(settings.home))
    token = Tokens(settings).give(SCOPES["google_ads"], int(NOW.timestamp()))
    right = {"Authorization": f"Bearer {token}", "developer-token": access(settings).developer_token,
             "login-customer-id": MANAGER}

    def ask(query: str, customer: str = CUSTOMER, version: str = "v25", **changed: str | None) -> httpx.Response:
        headers = right | {name.replace("_", "-"): value for name, value in changed.items()}
        address = f"http://googleads.googleapis.com/{version}/customers/{customer}/googleAds:searchStream"
        return vendors.post(address, json={"query": query},
                            headers={name: value for name, value in headers.items() if value is not None})

    return ask


def error_of(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    body: Any = answer.json()
    error = (body[0] if isinstance(body, list) else body)["error"]
    return answer.status_code, error["status"], error["details"][0]["errors"][0]["errorCode"]


def test_1_a_token_for_another_of_googles_products_opens_nothing(search: Ask, settings: Settings) -> None:
    token = Tokens(settings).give(SCOPES["ga4"], int(NOW.timestamp()))
    assert error_of(search(BY_DAY, Authorization=f"Bearer {token}"))[0] == 401


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({"Authorization": "Bearer old"}, (401, "UNAUTHENTICATED", {"authenticationError": "OAUTH_TOKEN_INVALID"})),
     ({"developer_token": None},
      (400, "INVALID_ARGUMENT", {"requestError": "DEVELOPER_TOKEN_PARAMETER_MISSING"})),
     ({"developer_token": "x"}, (401, "UNAUTHENTICATED", {"authenticationError": "DEVELOPER_TOKEN_INVALID"})),
     ({"login_customer_id": None}, (403, "PERMISSION_DENIED", {"authorizationError": "USER_PERMISSION_DENIED"})),
     ({"customer": "1234567890"}, (403, "PERMISSION_DENIED", {"authorizationError": "USER_PERMISSION_DENIED"})),
     ({"version": "v22"}, (400, "INVALID_ARGUMENT", {"requestError": "UNSUPPORTED_VERSION"}))],
    ids=["an old token", "no developer token", "a wrong one", "no manager account", "another account", "an old API"],
)  # fmt: skip
def test_2_and_3_a_request_that_may_not_is_refused_by_name(
    search: Ask, changed: dict[str, Any], expected: tuple[int, str, dict[str, str]]
) -> None:
    assert error_of(search(BY_DAY, **changed)) == expected


def test_4_a_stream_is_a_list_of_batches_with_the_mask_of_fields(search: Ask) -> None:
    batches = search("SELECT campaign.final_url_suffix, campaign_budget.amount_micros FROM campaign").json()
    assert [batch["fieldMask"] for batch in batches] == ["campaign.finalUrlSuffix,campaignBudget.amountMicros"]
    assert len(batches[0]["results"]) == 2


def test_5_whole_numbers_are_texts_and_names_are_in_camel_case(search: Ask) -> None:
    query = "SELECT campaign_budget.amount_micros, campaign.start_date_time FROM campaign"
    row = search(f"{query} WHERE campaign.status = 'ENABLED'").json()[0]["results"][0]
    assert row["campaignBudget"]["amountMicros"] == "125000000"
    assert row["campaign"]["startDateTime"] == "2024-01-01 00:00:00"
    assert row["campaign"]["resourceName"].startswith(f"customers/{CUSTOMER}/campaigns/")


def test_6_a_query_by_date_has_a_row_for_each_campaign_and_day_that_was_shown(search: Ask) -> None:
    rows = search(f"{BY_DAY} ORDER BY segments.date DESC").json()[0]["results"]
    assert [row["segments"]["date"] for row in rows] == ["2026-11-12", "2026-11-11", "2026-11-11", "2026-11-10"]
    assert rows[0]["metrics"] == {"clicks": "12"}


def test_7_without_the_date_the_metrics_of_the_days_are_added_up(search: Ask) -> None:
    query = ("SELECT campaign.name, metrics.cost_micros, metrics.conversions FROM campaign "
             "WHERE segments.date >= '2026-11-10' AND segments.date <= '2026-11-11' AND campaign.status = 'ENABLED'")
    rows = search(query).json()[0]["results"]
    assert [(row["campaign"]["name"], row["metrics"]) for row in rows] == [
        (SEARCH.name, {"costMicros": "24680000", "conversions": 3.0})
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [("SELECT campaign.id, segments.date FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
     ("SELECT campaign.id, segments.date FROM campaign WHERE segments.date > '2026-11-01'",
      "EXPECTED_FILTERS_ON_DATE_RANGE"),
     ("SELECT campaign.id FROM campaign WHERE segments.date = 'yesterday'", "INVALID_DATE_FORMAT"),
     ("SELECT campaign.colour FROM campaign", "UNRECOGNIZED_FIELD"),
     ("SELECT campaign.start_date FROM campaign", "UNRECOGNIZED_FIELD"),
     ("SELECT campaign.id FROM unicorn", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
     ("SELECT campaign.id FROM campaign WHERE campaign.name LIKE 'x'", "BAD_OPERATOR"),
     ("DELETE FROM campaign", "UNEXPECTED_INPUT")],
)  # fmt: skip
def test_8_and_9_a_wrong_query_is_refused_with_its_code(search: Ask, query: str, code: str) -> None:
    assert error_of(search(query)) == (400, "INVALID_ARGUMENT", {"queryError": code})


def test_10_a_query_that_finds_nothing_still_answers_with_a_batch(search: Ask) -> None:
    batches = search(BY_DAY.replace("2026", "2020")).json()
    assert [sorted(batch) for batch in batches] == [["fieldMask", "queryResourceConsumption", "requestId"]]


def test_11_too_many_requests_say_how_long_to_wait(vendors: Client, search: Ask) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "google_ads", "status": 429, "times": 1, "retry_after": 7})
    answer = search(BY_DAY)
    assert error_of(answer)[::2] == (429, {"quotaError": "RESOURCE_TEMPORARILY_EXHAUSTED"})
    details = answer.json()[0]["error"]["details"][0]["errors"][0]["details"]
    assert details["quotaErrorDetails"]["retryDelay"] == "7s"


def test_the_probe_says_which_account_it_is_and_what_is_refused(
    vendors: Client, settings: Settings, search: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert search(BY_DAY).status_code == 200

    def ask(_: object, method: str, address: str, *words: str, **more: Any) -> httpx.Response:
        return asked(vendors, method, address.replace("https", "http"), *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(source, "asked", ask)
    with httpx.Client() as unused:
        assert source.probe(source.sandbox(settings), unused) == (
            "account Meridian Works, USD, days in America/New_York"
        )
        with pytest.raises(CredentialsRefused, match="Token has been expired or revoked"):
            source.probe(dict(source.sandbox(settings)) | {"refresh_token": "old"}, unused)
