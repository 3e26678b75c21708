"""The tap for SendGrid: the Singer SDK's conformance tests, and what a later load asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from singer_sdk.testing import get_tap_test_class
from tap_sendgrid.tap import TapSendgrid

from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.sendgrid.api import SendGrid
from tests.taps.reading import read
from tests.taps.serving import Served, serve
from tests.vendors.tiny_company import NOW, Store
from tests.vendors.tiny_sendgrid import BLUE, NEWS, RED, TEST, contact, day, send, suppressed, text, write_sendgrid

KEY = "SG.of.tests"
CONFIG = {"api_key": KEY, "api_url": "http://127.0.0.1:9", "start_date": "2024-01-01T00:00:00Z"}
SUPPRESSED = {"bounces", "blocks", "spam_reports", "invalid_emails", "unsubscribes"}

TestKeepsTheSingerSdksRules = get_tap_test_class(TapSendgrid, config=CONFIG)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("home"))
    write_sendgrid(store)
    yield store
    store.connection.close()


@pytest.fixture(scope="module", autouse=True)
def vendor(store: Store) -> Iterator[Served]:
    """SendGrid at an address of this machine, which the conformance tests find in CONFIG as well."""
    folder: Path = store.folder
    catalogue = Catalogue(folder / "vendors.db", folder / "clock")
    with serve("sendgrid", lambda url: SendGrid(catalogue, KEY, files=url)) as served:
        CONFIG["api_url"] = served.url
        yield served


def test_figures_of_days_come_by_variation_and_phase_where_it_was_a_test() -> None:
    rows = read(TapSendgrid, CONFIG, ["singlesend_days"]).records["singlesend_days"]
    found = {(row["id"], row["ab_variation"], row["ab_phase"], row["aggregation"]): row["requests"] for row in rows}
    sent, tested = text(NOW - timedelta(days=20))[:10], text(NOW - timedelta(days=3))[:10]
    assert found == {
        (NEWS, "all", "all", sent): 4, (NEWS, "all", "all", text(NOW - timedelta(days=19))[:10]): 0,
        (TEST, RED, "test", tested): 1, (TEST, BLUE, "test", tested): 1, (TEST, RED, "send", tested): 1,
    }


def test_figures_in_all_add_up_the_days() -> None:
    rows = {row["id"]: row for row in read(TapSendgrid, CONFIG, ["singlesend_stats"]).records["singlesend_stats"]}
    assert (rows[NEWS]["delivered"], rows[NEWS]["unique_opens"], rows[NEWS]["unsubscribes"]) == (3, 3, 1)
    assert (rows[TEST]["requests"], rows[TEST]["bounce_drops"]) == (3, 1)


def test_every_contact_comes_by_an_export_and_says_of_which() -> None:
    rows = read(TapSendgrid, CONFIG, ["contacts"]).records["contacts"]
    assert sorted(row["contact_id"] for row in rows) == [f"contact-{number}" for number in range(4)]
    assert {row["exported_at"][:19] for row in rows} == {text(NOW)[:19]}
    assert rows[0]["custom_fields"] == {"plan": "Team"}


def test_a_day_without_mail_has_no_row() -> None:
    assert read(TapSendgrid, CONFIG, ["mail_days"]).column("mail_days", "date") == [
        text(NOW - timedelta(days=back))[:10] for back in (20, 19, 3)
    ]


def test_a_later_load_asks_only_for_what_may_have_changed(vendor: Served) -> None:
    first = read(TapSendgrid, CONFIG)
    vendor.asked.clear()
    again = read(TapSendgrid, CONFIG, state=first.state)
    counts = {stream: len(rows) for stream, rows in again.records.items()}
    # The newest entry of each comes again, at the border; of mail and single sends the last 30 days, in all of them.
    assert {stream: counts[stream] for stream in SUPPRESSED} == dict.fromkeys(SUPPRESSED, 1)
    assert (counts["singlesends"], counts["singlesend_days"], counts["mail_days"]) == (1, 5, 3)
    assert not [line for line in vendor.asked if "start_date=2024" in line or "start_time=1704067200" in line]


def test_figures_of_a_single_send_that_is_long_past_are_not_asked_for_again(store: Store, vendor: Served) -> None:
    old = "40000000-0000-4000-8000-000000000000"
    send(store, old, "News of June", "triggered", NOW - timedelta(days=150))
    day(store, old, NOW - timedelta(days=150), requests=2, delivered=2)
    store.save()
    first = read(TapSendgrid, CONFIG, ["singlesend_days"])
    assert old in first.column("singlesend_days", "id")
    vendor.asked.clear()
    read(TapSendgrid, CONFIG, ["singlesend_days"], state=first.state)
    assert sorted(line.split("?")[0].rpartition("/")[2] for line in vendor.asked) == [NEWS, TEST, "singlesends"]


def test_more_than_a_page_of_suppressions_comes_once_each(store: Store) -> None:
    for number in range(1_203):
        suppressed(store, "bounce", f"many{number}@example.test", NOW - timedelta(days=10, seconds=number // 2))
    store.save()
    emails = read(TapSendgrid, CONFIG, ["bounces"]).column("bounces", "email")
    assert (len(emails), len(set(emails))) == (1_204, 1_204)


def test_more_than_a_file_of_contacts_comes_once_each(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.sandbox.vendors.sendgrid.exports.LARGEST_FILE_ROWS", 50)
    for number in range(4, 120):
        contact(store, number, NOW - timedelta(days=40))
    store.save()
    found = read(TapSendgrid, CONFIG, ["contacts"]).column("contacts", "contact_id")
    assert (len(found), len(set(found))) == (120, 120)


@pytest.mark.parametrize(
    "fault",
    [{"status": 429, "retry_after": 1, "times": 2}, {"status": 500, "times": 1, "after": 1},
     {"kind": "truncated", "times": 1}, {"kind": "cut", "times": 1}, {"kind": "truncated", "times": 1, "after": 3},
     {"kind": "cut", "times": 1, "after": 3}],
    ids=["it is asked too often", "it fails", "an answer ends in the middle", "the connection breaks",
         "a file ends in the middle", "the connection breaks in a file"],
)
def test_what_goes_wrong_once_is_asked_for_again_and_no_signed_address_is_told(
    vendor: Served, fault: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    vendor.fail(vendor="sendgrid", **fault)
    try:
        found = read(TapSendgrid, CONFIG, ["contacts"]).column("contacts", "contact_id")
    finally:
        vendor.fail()
    assert len(found) == len(set(found)) == 120
    assert "Waiting" in caplog.text
    assert "X-Amz-Signature" not in caplog.text


def test_a_wrong_key_ends_the_load_with_the_vendors_words_and_without_the_key(vendor: Served) -> None:
    with pytest.raises(Exception, match="authorization grant is invalid") as refused:
        read(TapSendgrid, CONFIG | {"api_key": "SG.wrong"}, ["lists"])
    assert "SG.wrong" not in str(refused.value)
