"""Zendesk the whole way: our tap by Meltano, against the small company's support, into Postgres."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.job import StepResult
from pipelines.sandbox.company import Company
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import ANCHOR, DAY
from pipelines.verify_streams import expected, held
from tests.load.conftest import House
from tests.vendors.zendesk_house import live

pytestmark = [pytest.mark.slow, pytest.mark.campaign]  # cli/test_life.py loads it, too, and holds it to the ledger
Load = Callable[..., StepResult]


@pytest.fixture(scope="module")
def company(house: House) -> Company:
    """The company at its birth; its Zendesk stands beside the tiny company's other vendors."""
    return live(house.settings, ANCHOR)


def assert_equal_to_the_books(house: House, company: Company) -> None:
    """Rows, keys and totals of each stream are those of the company's own books."""
    own = expected([control(company, told) for told in STREAMS if told.source == "zendesk"])
    found = {name: sums for name, sums in held(house.settings).items() if name.startswith("zendesk.")}
    assert found == own
    assert len(own) == 8


def loaded_rows(house: House) -> dict[str, int]:
    """Rows that the latest load of Zendesk wrote, by stream."""
    rows = house.rows(
        "select stream, row_count from portal.load_run where source = 'zendesk' and run_id = ("
        "select run_id from portal.load_run where source = 'zendesk' and stream = '' order by started_at desc limit 1)"
    )
    return {str(row["stream"]): int(str(row["row_count"])) for row in rows}


def test_the_first_load_brings_all_that_support_knows(house: House, load: Load, company: Company) -> None:
    assert load("zendesk").detail["failed"] == {}
    assert_equal_to_the_books(house, company)


def test_support_figures_can_be_told_from_what_was_loaded(house: House, company: Company) -> None:
    raw = house.rows(
        "select count(*) filter (where reopens > 0) as reopened, "
        "count(*) filter (where (reply_time_in_minutes ->> 'business')::int is not null) as answered, "
        "sum((full_resolution_time_in_minutes ->> 'calendar')::int) as minutes from raw_zendesk.ticket_metrics"
    )[0]
    objects = company.book.objects.values()
    bodies = [one.body for one in objects if (one.vendor, one.kind) == ("zendesk", "ticket_metric")]
    assert raw["reopened"] == sum(body["reopens"] > 0 for body in bodies)
    assert raw["answered"] == sum(body["replies"] > 0 for body in bodies)
    assert raw["minutes"] == sum(body["full_resolution_time_in_minutes"]["calendar"] or 0 for body in bodies)


def test_the_next_load_brings_what_is_new_and_what_changed_and_little_else(
    house: House, load: Load, company: Company
) -> None:
    before = {name: len(list(told.rows(company))) for told in STREAMS if told.source == "zendesk"
              for name in [told.stream]}  # fmt: skip
    later = live(house.settings, ANCHOR + 10 * DAY)
    assert load("zendesk").detail["failed"] == {}
    assert_equal_to_the_books(house, later)
    fetched = loaded_rows(house)
    assert fetched["ticket_comments"] < before["ticket_comments"] / 5
    assert fetched["ticket_metric_events"] < before["ticket_metric_events"] / 5
    assert 0 < fetched["tickets"] < before["tickets"] / 5
    assert fetched["organizations"] < before["organizations"] / 5
