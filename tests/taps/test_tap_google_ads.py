"""The tap for Google Ads: the Singer SDK's conformance tests, and what a later load asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import requests
from singer_sdk.testing import get_tap_test_class
from tap_google_ads.failures import reason, retry_delay
from tap_google_ads.queries import REPORTS
from tap_google_ads.tap import TapGoogleAds
from tap_google_ads.windows import Windows

from app.settings import Settings
from pipelines.sandbox.company.ad_bodies import CUSTOMER, MANAGER
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.google_ads.api import Access, GoogleAds
from pipelines.sandbox.vendors.google_oauth.endpoint import TokenEndpoint
from pipelines.sandbox.vendors.google_oauth.tokens import SCOPES, Credentials, Tokens
from tests.taps.reading import read
from tests.taps.serving import Served, serve
from tests.vendors.tiny_advertising import write_google
from tests.vendors.tiny_company import Store

CLIENT = Credentials("client", "of.tests", "granted", SCOPES["google_ads"])
CONFIG: dict[str, Any] = {
    "api_url": "http://127.0.0.1:9", "oauth_url": "http://127.0.0.1:9/token", "customer_id": "720-331-9845",
    "login_customer_id": MANAGER, "developer_token": "developer", "client_id": "client", "client_secret": "of.tests",
    "refresh_token": "granted", "start_date": "2026-10-01", "look_back_days": 30,
}

TestKeepsTheSingerSdksRules = get_tap_test_class(TapGoogleAds, config=CONFIG)


@pytest.fixture(scope="module", autouse=True)
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Google at addresses of this machine, which the conformance tests find in CONFIG as well."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), sandbox_scale="small")
    store, tokens = Store(settings.home), Tokens(settings)
    write_google(store)
    catalogue = Catalogue(store.folder / "vendors.db", store.folder / "clock")
    endpoint = TokenEndpoint(catalogue, (CLIENT,), tokens)
    ads = GoogleAds(catalogue, tokens, Access("developer", CUSTOMER, MANAGER))
    with serve("google_oauth", lambda url: endpoint) as gate, serve("google_ads", lambda url: ads) as served:
        CONFIG.update(api_url=served.url, oauth_url=f"{gate.url}/token")
        yield served
    store.connection.close()


def test_amounts_are_whole_micros_and_days_are_days() -> None:
    rows = read(TapGoogleAds, CONFIG, ["campaign_days"]).records["campaign_days"]
    assert [(row["date"], row["cost_micros"], row["clicks"]) for row in rows] == [
        ("2026-11-10", 12_340_000, 10), ("2026-11-11", 12_340_000, 11), ("2026-11-11", 12_340_000, 11),
        ("2026-11-12", 12_340_000, 12),
    ]
    assert {row["customer_id"] for row in rows} == {CUSTOMER}


def test_a_performance_max_campaign_has_no_ad_group_and_budgets_are_the_campaigns() -> None:
    found = read(TapGoogleAds, CONFIG, ["campaigns", "ad_groups"])
    assert len(found.records["ad_groups"]) == 2
    assert found.column("campaigns", "budget_amount_micros") == [125_000_000, 125_000_000]


def test_a_later_load_begins_thirty_days_before_its_bookmark_which_is_the_newest_day_seen(vendor: Served) -> None:
    state = {"bookmarks": {"campaign_days": {"replication_key": "date", "replication_key_value": "2026-12-11"}}}
    found = read(TapGoogleAds, CONFIG, ["campaign_days"], state)
    assert found.column("campaign_days", "date") == ["2026-11-11", "2026-11-11", "2026-11-12"]
    assert found.state["bookmarks"]["campaign_days"]["replication_key_value"] == "2026-11-12"


def test_a_history_is_asked_for_in_windows_of_a_quarter_without_a_gap() -> None:
    windows = Windows(date(2026, 1, 1), date(2026, 7, 15))
    found = [windows.current_value]
    while (after := windows.get_next(requests.Response())) is not None:
        windows._value = after
        found.append(after)
    assert found == [(date(2026, 1, 1), date(2026, 4, 2)), (date(2026, 4, 3), date(2026, 7, 3)),
                     (date(2026, 7, 4), date(2026, 7, 15))]
    assert REPORTS[-1].query(found[-1]).endswith("WHERE segments.date BETWEEN '2026-07-04' AND '2026-07-15'")


def test_a_window_without_a_row_does_not_end_the_history() -> None:
    early = CONFIG | {"start_date": "2025-01-01"}
    assert len(read(TapGoogleAds, early, ["campaign_days"]).records["campaign_days"]) == 4


@pytest.mark.parametrize(
    "fault", [{"status": 429, "retry_after": 0}, {"status": 503}, {"kind": "truncated"}],
    ids=["asked too often", "not there for a moment", "half an answer"],
)
def test_what_passes_is_waited_for(vendor: Served, fault: dict[str, object]) -> None:
    vendor.fail(vendor="google_ads", times=1, **fault)
    assert len(read(TapGoogleAds, CONFIG, ["campaign_days"]).records["campaign_days"]) == 4


def test_a_refusal_is_told_with_googles_code_and_without_a_secret(vendor: Served) -> None:
    with pytest.raises(Exception, match="401: DEVELOPER_TOKEN_INVALID: The developer token is not valid") as refused:
        read(TapGoogleAds, CONFIG | {"developer_token": "s3cret"}, ["customer"])
    assert "s3cret" not in str(refused.value)


def test_the_delay_of_a_quota_error_is_read_from_a_stream_of_errors() -> None:
    answer = requests.Response()
    answer.status_code = 429
    answer._content = (
        b'[{"error": {"details": [{"errors": [{"errorCode": {"quotaError": "RESOURCE_EXHAUSTED"}, "message": "Slow", '
        b'"details": {"quotaErrorDetails": {"retryDelay": "12.5s"}}}]}]}}]'
    )
    assert retry_delay(answer) == 12.5
    assert reason(answer) == "Google Ads answered 429: RESOURCE_EXHAUSTED: Slow (request unknown)"
    answer._content = b"<html>busy</html>"
    assert retry_delay(answer) is None
