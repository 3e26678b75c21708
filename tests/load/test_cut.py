"""Every vendor that breaks off in the middle of a first load: the next brings what is missing, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from app.errors import SourceDown
from pipelines.job import StepResult
from pipelines.ports import port_of
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import ANCHOR
from pipelines.verify_streams import expected, held
from tests.load.conftest import House

pytestmark = pytest.mark.slow
Load = Callable[..., StepResult]
SEED = 20240101
VENDORS = (
    "amplitude", "facebook", "ga4", "google_ads", "hubspot", "mixpanel", "salesforce", "sendgrid", "stripe", "zendesk",
)  # fmt: skip


@pytest.fixture(scope="module")
def company(house: House) -> Iterator[Company]:
    """The small company at all its vendors, in the place of the tiny one."""
    made = simulate(SEED, "small", ANCHOR)
    house.store.connection.execute("delete from object")
    house.store.connection.execute("delete from event")
    house.store.connection.executemany(
        "insert into object values (?, ?, ?, ?, ?, 0, ?, ?)",
        ((one.vendor, one.kind, one.id, one.created, one.updated, number, one.raw)
         for number, one in enumerate(made.book.objects.values())),
    )
    house.store.connection.executemany(
        "insert into event values ('stripe', ?, ?, ?, ?)",
        ((event.id, event.created, event.type, event.raw) for event in made.book.events),
    )
    house.store.save()
    house.store.move_to(datetime.fromtimestamp(ANCHOR, UTC))
    yield made


def requests(house: House, vendor: str) -> int:
    """How many requests the vendor has had."""
    address = f"http://127.0.0.1:{port_of(house.settings, 'vendors_http')}/_sandbox/faults"
    seen: dict[str, int] = httpx.get(address, timeout=60).json()["seen"]
    return seen.get(vendor, 0)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_first_load_that_is_cut_is_whole_after_the_next(
    house: House, load: Load, company: Company, vendor: str
) -> None:
    books = dict(expected([control(company, told) for told in STREAMS if told.source == vendor]))
    before = requests(house, vendor)
    load(vendor)
    needed = requests(house, vendor) - before
    house.forget()
    house.fault(vendor=vendor, status=500, after=needed * 2 // 3)
    with pytest.raises(SourceDown, match=f"No source could be loaded. {vendor}: "):
        load(vendor, retries=0)
    house.fault()
    assert load(vendor).detail["failed"] == {}
    assert {name: sums for name, sums in held(house.settings).items() if name.startswith(f"{vendor}.")} == books
