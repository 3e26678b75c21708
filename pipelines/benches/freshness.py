"""How long after a change at its source an executive's number shows it, end to end, with everything running."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial
from random import uniform
from statistics import median
from time import monotonic, sleep

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.access import Viewer
from app.clock import as_of, wall
from app.errors import FellShort, UsageError
from app.metrics import Question
from app.secrets import warehouse_url
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.bench import Bench, Goal
from pipelines.sandbox import newcomers
from pipelines.source import MINUTES
from pipelines.sources import all_sources

ROUNDS = 24
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 300.0
REST_SECONDS = (2.0, 12.0)
"""Between two changes, at random: some fall into a load, a whole build, or a check."""
EXECUTIVE = Viewer("bench", ("executive",))


def seconds(settings: Settings) -> Mapping[str, float]:
    """Median, 95th percentile (of so many rounds: the second worst) and worst, from the commit in production, and from
    Stripe's event, until the executive's number is what it must be; and how old the oldest critical source became.

    Raises:
        UsageError: there is no sandbox company.
        FellShort: a number did not change as it must.
    """
    from pipelines.services import SERVICES, running

    if not settings.has_sandbox:
        raise UsageError("The bench freshness puts people into production. Expected a sandbox company, found none.")
    with running(settings, *(service.name for service in SERVICES)):
        warehouse, instant = Warehouse(settings), as_of(settings)

        def seen() -> Decimal:
            return _product_count(warehouse)

        def arr() -> Decimal:
            return _arr(warehouse, instant)

        rows, events, oldest = [], [], 0.0
        with _put_back(settings, seen, arr):
            for number in range(ROUNDS):
                rows.append(_until_shown(seen, 1, partial(newcomers.comes_to_the_product, settings, number, instant)))
                sleep(uniform(*REST_SECONDS))
                events.append(_until_shown(arr, 1200, partial(newcomers.buys, settings, number, instant)))
                oldest = max(oldest, _oldest_minutes(settings))
                sleep(uniform(*REST_SECONDS))
    return _figures("row", rows) | _figures("event", events) | {"oldest_critical_minutes": oldest}


def _until_shown(read: Callable[[], Decimal], more: int, change: Callable[[], None]) -> float:
    """Seconds from the change until the number is larger by exactly so much."""
    before = read()
    change()
    began = monotonic()
    while read() != before + more:
        if monotonic() - began > PATIENCE_SECONDS:
            raise FellShort(
                f"The number did not show the change within {PATIENCE_SECONDS:.0f} s. Found {read()}; expected "
                f"{before + more}. See the log of the service live, and `plumbline status`."
            )
        sleep(LOOK_SECONDS)
    return monotonic() - began


@contextmanager
def _put_back(settings: Settings, *numbers: Callable[[], Decimal]) -> Iterator[None]:
    """All newcomers are gone again afterwards, and the numbers are what they were."""
    _leave(settings)
    before = [number() for number in numbers]
    try:
        yield
    finally:
        _leave(settings)
        give_up = monotonic() + PATIENCE_SECONDS
        while [number() for number in numbers] != before and monotonic() < give_up:
            sleep(LOOK_SECONDS)


def _leave(settings: Settings) -> None:
    newcomers.all_leave_the_product(settings)
    newcomers.all_purchases_are_forgotten(settings)


def _product_count(warehouse: Warehouse) -> Decimal:
    found = warehouse.read(EXECUTIVE, "mart_executive.claims", where={"department": "Product"}, exact=True)
    return Decimal(found["claimed_value"].iloc[0])


def _arr(warehouse: Warehouse, instant: datetime) -> Decimal:
    """With the running month, in which they buy."""
    question = Question("arr", include_partial=True)
    return Decimal(warehouse.answer(EXECUTIVE, question, as_of=instant, with_receipt=False).rows[-1][-1])


def _oldest_minutes(settings: Settings) -> float:
    """How long ago the critical source that was longest not loaded was loaded, in minutes."""
    critical = [one.name for one in all_sources().values() if one.cadence == "critical"]
    query = text(
        "select min(ended_at) from (select source, max(ended_at) as ended_at from portal.load_run where stream = '' "
        "and result = 'ok' and source = any(:sources) group by source) as loads"
    )
    with create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool).connect() as connection:
        oldest: datetime = connection.execute(query, {"sources": critical}).scalar_one()
    return (wall() - oldest).total_seconds() / 60


def _figures(what: str, taken: list[float]) -> dict[str, float]:
    taken = sorted(taken)
    return {
        f"{what}_p50_seconds": median(taken), f"{what}_p95_seconds": taken[int(len(taken) * 0.95)],
        f"{what}_worst_seconds": taken[-1],
    }  # fmt: skip


BENCH = Bench(
    "freshness",
    seconds,
    {
        "row_p95_seconds": Goal(must=60, aim=20),
        "event_p95_seconds": Goal(must=30, aim=15),
        "oldest_critical_minutes": Goal(must=15, aim=MINUTES["critical"] + 1),
    },
)
