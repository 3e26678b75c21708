"""The tap for Amplitude: the Singer SDK's conformance tests, and what a later load asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from singer_sdk.testing import get_tap_test_class
from tap_amplitude import streams
from tap_amplitude.tap import TapAmplitude

from pipelines.sandbox.vendors.amplitude.api import Amplitude, Credentials
from pipelines.sandbox.vendors.catalogue import Catalogue
from tests.taps.reading import read
from tests.taps.serving import Served, serve
from tests.vendors.tiny_company import NOW, Store
from tests.vendors.tiny_product import TODAY, uploaded, write_product

CONFIG = {"api_key": "k", "secret_key": "s", "api_url": "http://127.0.0.1:9", "start_date": "2026-11-19T00:00:00Z"}

TestKeepsTheSingerSdksRules = get_tap_test_class(TapAmplitude, config=CONFIG)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("home"))
    write_product(store)
    yield store
    store.connection.close()


@pytest.fixture(scope="module", autouse=True)
def vendor(store: Store) -> Iterator[Served]:
    """Amplitude at an address of this machine, which the conformance tests find in CONFIG as well."""
    catalogue = Catalogue(store.folder / "vendors.db", store.folder / "clock")
    with serve("amplitude", lambda _: Amplitude(catalogue, Credentials("k", "s"), largest=1900)) as served:
        CONFIG["api_url"] = served.url
        yield served


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tap's now is the company's."""
    monkeypatch.setattr(streams, "_now", lambda: NOW)


def exports(vendor: Served) -> list[str]:
    return [one.partition("?")[2] for one in vendor.asked if "/export" in one]


def test_events_come_in_the_order_of_their_upload_and_what_is_too_much_is_asked_for_in_halves(vendor: Served) -> None:
    vendor.asked.clear()
    rows = read(TapAmplitude, CONFIG, ["events"]).records["events"]
    # 20 November has more than the vendor sends at once: first its whole, then each half of it.
    assert [row["uuid"] for row in rows] == ["early", "late", "evening", "ready"]
    assert exports(vendor) == [
        f"start={start}&end={end}" for start, end in (
            ("20261119T00", "20261119T23"), ("20261120T00", "20261120T23"), ("20261120T00", "20261120T11"),
            ("20261120T12", "20261120T23"), ("20261121T00", "20261121T23"), ("20261122T00", "20261122T08"))
    ]


def test_times_are_utc_and_the_senders_id_has_a_plain_name() -> None:
    row = read(TapAmplitude, CONFIG, ["events"]).records["events"][1]
    assert row["event_time"] == "2026-11-17T00:00:00.000000Z"
    assert row["server_upload_time"] == "2026-11-20T05:59:00.000000Z"
    assert (row["insert_id"], row["event_properties"]) == ("i-late", {"features": ["pulse"]})


def test_a_later_load_begins_three_hours_before_the_newest_event(vendor: Served, store: Store) -> None:
    state = read(TapAmplitude, CONFIG, ["events"]).state
    uploaded(store, "after", TODAY + timedelta(hours=8, minutes=50))
    store.save()
    vendor.asked.clear()
    rows = read(TapAmplitude, CONFIG, ["events"], state).records["events"]
    assert [row["uuid"] for row in rows] == ["ready", "after"]
    assert exports(vendor) == ["start=20261122T05&end=20261122T08"]


@pytest.mark.parametrize(
    "fault",
    [{"status": 429, "times": 2, "retry_after": 0}, {"status": 500, "times": 1}, {"kind": "truncated", "times": 1}],
    ids=["too many requests", "an error of theirs", "half an archive"],
)
def test_what_may_go_better_is_asked_for_again(vendor: Served, fault: dict[str, object]) -> None:
    vendor.fail(vendor="amplitude", after=1, **fault)
    found = read(TapAmplitude, CONFIG, ["events"]).column("events", "uuid")
    assert found[:4] == ["early", "late", "evening", "ready"]


def test_a_plan_without_taxonomy_has_no_types_and_everything_else(vendor: Served) -> None:
    vendor.fail(vendor="amplitude", status=403)
    assert read(TapAmplitude, CONFIG, ["event_types"]).records["event_types"] == []
    vendor.fail()
    found = read(TapAmplitude, CONFIG, ["event_types", "cohorts"]).records
    assert [row["category"] for row in found["event_types"]] == ["Usage", "Onboarding"]
    assert [row["size"] for row in found["cohorts"]] == [3]
