"""When a source's turn comes, what is loaded in one run, and what is said on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.settings import Settings
from pipelines.catalog import declared
from pipelines.drift import between
from pipelines.load import in_lanes, is_due
from pipelines.loading import in_words
from pipelines.pull import UNLOADABLE, Order
from pipelines.source import Cadence, Source

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)


def source(name: str, cadence: Cadence = "hourly") -> Source:
    return Source(name, name, (f"tap-{name}",), (), (), cadence=cadence)


@pytest.mark.parametrize(
    ("cadence", "minutes", "expected"),
    [("critical", 3, False), ("critical", 4, True), ("hourly", 58, False), ("hourly", 59, True), ("daily", 1430, False),
     ("daily", 1439, True), ("daily", None, True), ("daily", -4, False),
     ("daily", -600, True)],
    ids=["critical, three minutes ago", "critical, almost five minutes ago", "hourly, 58 minutes ago",
         "hourly, almost an hour ago", "daily, ten minutes early", "daily, a minute early", "never",
         "in four minutes, by a clock that was set a little",
         "in ten hours, by a clock that was wrong"],
)
def test_a_source_is_due_as_often_as_its_cadence_says(
    cadence: Cadence, minutes: int | None, expected: bool
) -> None:
    last = None if minutes is None else NOW - timedelta(minutes=minutes)
    assert is_due(source("one", cadence), last, NOW) is expected


def test_increments_share_runs_and_first_loads_have_one_of_their_own() -> None:
    orders = [Order(source(name), f"tap-{name}", Path("log"), {}) for name in "abcde"]
    lanes = in_lanes(orders, {"a", "d"}, count=2)
    assert [[order.source.name for order in lane] for lane in lanes] == [["a"], ["d"], ["b", "e"], ["c"]]


def test_nothing_to_load_is_no_run() -> None:
    assert in_lanes([], set(), count=2) == []


@pytest.mark.parametrize(
    ("rows", "seconds", "total", "said"),
    [(1_000, 10, 0, "1,000 rows, 100 a second"),
     (1_000, 10, 900, "1,000 rows, 100 a second"),
     (1_000, 10, 6_000, "1,000 rows, 100 a second, about 50 s left if there are 6,000 as in the largest load so far"),
     (1_000, 10, 61_000,
      "1,000 rows, 100 a second, about 10 min left if there are 61,000 as in the largest load so far")],
    ids=["nothing to compare with", "more than ever", "less than a minute left", "minutes left"],
)
def test_progress_says_rows_rate_and_what_is_left(rows: int, seconds: float, total: int, said: str) -> None:
    assert in_words(rows, seconds, total) == said


def test_drift_names_what_came_went_and_changed() -> None:
    before = {"Id": "string", "Amount": "number", "Gone": "string"}
    after = {"Id": "string", "Amount": "string", "New__c": "boolean"}
    found = [(one.kind, one.subject, one.found, one.expected) for one in between("salesforce", "Lead", before, after)]
    assert found == [
        ("new_column", "New__c", "the column New__c (boolean)", "the columns as before"),
        ("dropped_column", "Gone", "no column Gone", "Gone (string)"),
        ("changed_type", "Amount", "Amount as string", "Amount as number"),
    ]


def test_the_loaders_words_for_a_value_that_does_not_fit_are_understood() -> None:
    said = ("tap-x: NotImplemented" "Error: Altering columns is not supported. Could not convert column "
            "'raw_salesforce.Lead.Score__c' from 'NUMERIC' to 'TEXT'.")
    found = UNLOADABLE.search(said)
    assert found is not None
    assert found.groupdict() == {"table": "raw_salesforce.Lead", "column": "Score__c", "from": "NUMERIC", "to": "TEXT"}


def test_a_catalog_tells_the_chosen_columns_of_chosen_streams(tmp_path: Path) -> None:
    folder = tmp_path / "meltano" / "run" / "tap-x"
    folder.mkdir(parents=True)
    (folder / "tap.properties.json").write_text("""
        {"streams": [
            {"tap_stream_id": "public-users", "schema": {"properties": {
                "id": {"type": ["integer"]},
                "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                "left_out": {"type": "string"}}},
             "metadata": [{"breadcrumb": [], "metadata": {"selected": true}},
                          {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "automatic"}},
                          {"breadcrumb": ["properties", "at"], "metadata": {"selected": true}},
                          {"breadcrumb": ["properties", "left_out"], "metadata": {"selected": false}}]},
            {"tap_stream_id": "not_chosen", "schema": {"properties": {"id": {"type": "integer"}}},
             "metadata": [{"breadcrumb": [], "metadata": {"selected": false}}]}]}
    """)
    assert declared(Settings(home=tmp_path), "tap-x") == {"users": {"id": "integer", "at": "string (date-time)"}}


def test_a_tap_that_was_never_asked_has_no_catalog(tmp_path: Path) -> None:
    assert declared(Settings(home=tmp_path), "tap-x") == {}
