"""The service `live`: hears of new rows and at once has the figures worked out that they reach.

Whoever stores raw rows says `NOTIFY plumbline_raw, '<source>'` in the transaction that stores them: the capture of
production, the webhook's table, a load by hand (a job builds what it has loaded). What is said while a build runs waits
for the next; and nothing is lost by what is not heard, since a whole build comes every few minutes.
"""

from __future__ import annotations

import logging
import select
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection
from sqlalchemy.exc import DBAPIError

from app.clock import as_of, wall
from app.errors import PlumblineError
from app.home import keep_private
from app.secrets import warehouse_url
from app.settings import Settings, get_settings
from pipelines.live_build import LiveBuild, build_live, read_models
from pipelines.process import beat
from pipelines.sources import source_names

NAME = "live"
CHANNEL = "plumbline_raw"
TOLD = frozenset({*source_names(), "stripe_webhook"})
"""What may be said there. Every login of the warehouse can say anything, and what is heard is written down."""
LOOK_SECONDS = 1.0
SETTLE_SECONDS = 0.5
"""After the first word of new rows, others are waited for so long: they often come in several transactions, such as the
customer, the subscription and the invoice of one sale."""
LEAST_PAUSE_SECONDS = 2.0
AGAIN_SECONDS = 20.0
"""After a build that fell short, rows may still be on their way: so long until it is tried once more."""
MOST_TRIES = 3
PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before the warehouse is asked again; after the last, always that long."""

log = logging.getLogger("plumbline.live")
_stopping = threading.Event()


@dataclass
class Waiting:
    """What was heard of and is not yet built.

    Attributes:
        since: source → when the first of its rows was heard of.
        tries: how often building it fell short.
        not_before: seconds of the monotonic clock: no build before.
    """

    since: dict[str, datetime] = field(default_factory=dict)
    tries: int = 0
    not_before: float = 0.0

    def hear(self, source: str, at: datetime) -> None:
        self.since.setdefault(source, at)

    def take(self, now: float) -> Mapping[str, datetime]:
        """What is to be built now; empty where nothing waits, or the pause is not over."""
        if now < self.not_before:
            return {}
        taken, self.since = self.since, {}
        return taken

    def done(self, taken: Mapping[str, datetime], found: LiveBuild, seconds: float, now: float) -> None:
        """Half of the time at most is spent on building; what fell short waits for another try, then for all."""
        self.not_before = now + max(LEAST_PAUSE_SECONDS, seconds)
        self.tries = self.tries + 1 if found.failures else 0
        if found.failures and self.tries < MOST_TRIES:
            self.since = {**self.since, **taken}
            self.not_before = now + AGAIN_SECONDS
        elif found.failures:
            self.tries = 0


def serve(settings: Settings, stopping: threading.Event) -> None:
    """Follows the warehouse until it is stopped; waits where nobody answers."""
    failures = 0
    while not stopping.is_set():
        try:
            with closing(_listening(settings)) as warehouse:
                failures = 0
                read_models(settings, as_of(settings))  # while it listens: what is said meanwhile waits
                follow(settings, warehouse, stopping)
        except (PlumblineError, psycopg2.Error, DBAPIError) as error:
            log.error("%s", str(error).strip().partition("\n")[0])
            stopping.wait(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1


def follow(settings: Settings, warehouse: connection, stopping: threading.Event) -> None:
    """Hears and builds, on a connection that listens.

    Raises:
        PlumblineError, psycopg2.Error, DBAPIError: the warehouse was lost.
    """
    waiting = Waiting()
    while not stopping.is_set():
        beat(settings, NAME)
        was_empty = not waiting.since
        _hear(warehouse, waiting, LOOK_SECONDS)
        settled = monotonic() + SETTLE_SECONDS
        while was_empty and waiting.since and (left := settled - monotonic()) > 0:
            _hear(warehouse, waiting, left)
        began = monotonic()
        taken = waiting.take(began)
        if taken:
            found = build_live(settings, as_of(settings), taken, stopping)
            seconds = monotonic() - began
            _tell(taken, found, seconds)
            waiting.done(taken, found, seconds, monotonic())


def _hear(warehouse: connection, waiting: Waiting, seconds: float) -> None:
    select.select([warehouse], [], [], seconds)
    warehouse.poll()
    while warehouse.notifies:
        source = warehouse.notifies.pop(0).payload
        if source in TOLD:
            waiting.hear(source, wall())


def _listening(settings: Settings) -> connection:
    url = warehouse_url(settings, "plumbline_worker").set(drivername="postgresql")
    opened = psycopg2.connect(url.render_as_string(hide_password=False), connect_timeout=10)
    opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with opened.cursor() as cursor:
        cursor.execute(f"listen {CHANNEL}")
    return opened


def _tell(taken: Mapping[str, datetime], found: LiveBuild, seconds: float) -> None:
    names = ", ".join(sorted(taken))
    if found.failures:
        log.error("%s: fell short after %.1f s: %s", names, seconds, found.failures[0])
    elif found.models:
        log.info("%s: %d models in %.1f s", names, found.models, seconds)


def main() -> None:
    """The process `python -m pipelines.live`: until SIGTERM or Ctrl-C."""
    keep_private()
    # By force: dbt's import has set up the root already.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stdout, force=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stopping.set())
    try:
        serve(get_settings(), _stopping)
    except PlumblineError as error:
        log.error("%s", error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
