"""The tap for Zendesk: the Singer SDK's conformance tests, and what it reads against the company's own books."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.testing import get_tap_test_class
from tap_plumbline_zendesk.tap import TapPlumblineZendesk

from app.settings import Settings
from pipelines.sandbox.company import Company
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import ANCHOR
from pipelines.sandbox.vendors.server import open_catalogue
from pipelines.sandbox.vendors.zendesk import credentials
from pipelines.sandbox.vendors.zendesk.api import Zendesk
from tests.taps.reading import Reading, read
from tests.taps.serving import Served, serve
from tests.vendors.zendesk_house import live

CONFIG: dict[str, Any] = {
    "subdomain": "meridian-works", "email": "agent0@meridian-works.example", "api_token": "of tests",
    "start_date": "2023-06-30T00:00:00Z", "api_url": "http://127.0.0.1:9",
}

TestKeepsTheSingerSdksRules = get_tap_test_class(TapPlumblineZendesk, config=CONFIG)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("zendesk") / "home", sandbox_scale="small")


@pytest.fixture(scope="module")
def company(home: Settings) -> Company:
    return live(home, ANCHOR)


@pytest.fixture(scope="module", autouse=True)
def vendor(home: Settings, company: Company) -> Iterator[Served]:
    """Zendesk at an address of this machine, which the conformance tests find in CONFIG as well."""
    catalogue = open_catalogue(home)
    with serve("zendesk", lambda url: Zendesk(catalogue, credentials(home))) as served:
        CONFIG.update(api_url=served.url, api_token=credentials(home).api_token)
        yield served
    catalogue.close()


@pytest.fixture(scope="module")
def first(vendor: Served) -> Reading:
    return read(TapPlumblineZendesk, CONFIG)


def test_every_stream_brings_each_object_of_the_company_once(first: Reading, company: Company) -> None:
    for told in STREAMS:
        if told.source == "zendesk":
            ids = first.column(told.stream, "id")
            expected = sorted(int(str(key[0])) for key, _ in told.rows(company))
            assert sorted(ids) == expected, told.stream
            assert control(company, told).row_count > 3


def test_metrics_come_with_their_tickets_and_not_with_deleted_ones(first: Reading) -> None:
    measured = dict(zip(first.column("ticket_metrics", "ticket_id"), first.records["ticket_metrics"], strict=True))
    tickets = first.records["tickets"]
    assert set(measured) <= {ticket["id"] for ticket in tickets}
    assert measured[tickets[0]["id"]]["reply_time_in_minutes"].keys() == {"calendar", "business"}
    assert "metric_set" not in tickets[0]


def test_a_thousand_tickets_cost_one_request(vendor: Served) -> None:
    vendor.asked.clear()
    read(TapPlumblineZendesk, CONFIG, ["tickets", "ticket_metrics", "ticket_comments"])
    paths = [line.split("?")[0] for line in vendor.asked]
    assert paths.count("GET /api/v2/incremental/tickets/cursor.json") == 1
    assert paths.count("GET /api/v2/incremental/ticket_events.json") == 2
    assert len(paths) == 3


def test_small_pages_bring_the_same(
    vendor: Served, first: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_plumbline_zendesk.client.EXPORTED", 37)
    monkeypatch.setattr("tap_plumbline_zendesk.client.LISTED", 9)
    again = read(TapPlumblineZendesk, CONFIG)
    for stream, records in first.records.items():
        assert again.column(stream, "id") == [record["id"] for record in records], stream


def test_a_second_reading_brings_only_the_border_and_late_ratings(vendor: Served, first: Reading) -> None:
    again = read(TapPlumblineZendesk, CONFIG, state=first.state)
    counts = {stream: len(records) for stream, records in again.records.items()}
    for stream in ("organizations", "tickets", "ticket_metrics", "ticket_comments", "users"):
        assert counts[stream] == 1, stream
    assert counts["ticket_metric_events"] <= 3
    assert 1 <= counts["satisfaction_ratings"] < len(first.records["satisfaction_ratings"]) / 4


@pytest.mark.parametrize(
    "fault",
    [{"status": 429, "retry_after": 1, "times": 2}, {"status": 500, "times": 1}, {"kind": "truncated", "times": 1},
     {"kind": "cut", "times": 1, "after": 1}],
    ids=["it is asked too often", "it fails", "an answer ends in the middle", "the connection breaks"],
)  # fmt: skip
def test_what_goes_wrong_once_is_asked_for_again(vendor: Served, first: Reading, fault: dict[str, object]) -> None:
    vendor.fail(vendor="zendesk", **fault)
    try:
        found = read(TapPlumblineZendesk, CONFIG, ["ticket_comments"]).column("ticket_comments", "id")
    finally:
        vendor.fail()
    assert found == first.column("ticket_comments", "id")


def test_a_wrong_token_ends_the_load_without_repeating_it(vendor: Served) -> None:
    with pytest.raises(Exception, match="401") as refused:
        read(TapPlumblineZendesk, CONFIG | {"api_token": "wrong token"}, ["groups"])
    assert "wrong token" not in str(refused.value)


def test_without_any_credentials_it_says_what_it_wants(caplog: pytest.LogCaptureFixture) -> None:
    bare = {"subdomain": "x", "start_date": "2024-01-01T00:00:00Z"}
    with pytest.raises(SystemExit):
        TapPlumblineZendesk(config=bare)
    assert "Expected one of them" in caplog.text
