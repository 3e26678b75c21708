"""The load step of production: what is committed there now is in the raw tables when it ends.

Where the service follows production, the load waits for it; where nobody does, it reads itself.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import PlumblineError, SourceDown
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.capture import memory, origin
from pipelines.capture.credentials import Credentials, credentials
from pipelines.capture.session import Session, open_warehouse
from pipelines.capture.turn import AlreadyRead, reader

LOG = logging.getLogger("plumbline.capture")
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 120.0
"""How long the service may make no progress at all before the load gives up waiting for it."""
RECORDED = """
update portal.newest_change as n set recorded_count = old.row_count
from portal.newest_change as old
where n.source = :source and old.source = n.source and old.stream = n.stream
returning n.stream, old.row_count - old.recorded_count
"""


def pull(
    settings: Settings, rows: dict[str, int], *, whole: bool = False, log: Path | None = None,
    stopping: threading.Event | None = None,
) -> str | None:  # fmt: skip
    """Brings production's present state into the raw tables.

    Args:
        settings: of this home.
        rows: is given the rows that came since the load before, by stream.
        whole: whether all tables are to be copied anew.
        log: what happens is added to it; JSON, one object a line.
        stopping: ends it, at a whole transaction, when it is set.

    Returns:
        What went wrong, in words; None when all is there.
    """
    with _logged(log):
        try:
            given = credentials(settings)
            if given is not None:
                _bring(settings, given, stopping or threading.Event(), whole=whole)
            return None
        except PlumblineError as error:
            LOG.error("%s", error)
            return str(error)
        finally:
            _count(settings, rows)
            LOG.info("rows since the load before: %s", rows)


@contextmanager
def _logged(file: Path | None) -> Iterator[None]:
    """Adds what the capture says to a load's log, in the form of Meltano's."""
    if file is None:
        yield
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(file)
    handler.setFormatter(_AsJson())
    before = LOG.level
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(before)
        handler.close()


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {"timestamp": wall().isoformat(), "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps(said, ensure_ascii=False)


def _bring(settings: Settings, given: Credentials, stopping: threading.Event, *, whole: bool) -> None:
    with closing(origin.connect(given.url)) as production:
        until = origin.position(production)
    if whole:
        with closing(open_warehouse(settings)) as warehouse, warehouse:
            memory.ask_anew(warehouse)
    while not stopping.is_set():
        try:
            Session(settings, given, stopping).run(once=True, anew=False, patience=0)
            return
        except AlreadyRead:
            LOG.info("waiting for the service capture to store what is committed up to %s", memory.to_text(until))
            if _await(settings, until, stopping):
                return


def _await(settings: Settings, until: int, stopping: threading.Event) -> bool:
    """Waits for who reads now to get there; False when nobody reads any more.

    Raises:
        SourceDown: it makes no progress, or says what keeps it.
    """
    with closing(open_warehouse(settings)) as warehouse:
        warehouse.autocommit = True
        seen, since = None, monotonic()
        while not memory.is_there(warehouse, until):
            state = memory.progress(warehouse)
            if state.error:
                raise SourceDown(state.error)
            if reader(warehouse) is None:
                return False
            if state != seen:
                seen, since = state, monotonic()
            elif monotonic() - since > PATIENCE_SECONDS:
                raise SourceDown(
                    f"The service capture has made no progress for {PATIENCE_SECONDS:.0f} s: stored up to "
                    f"{memory.to_text(state.confirmed)}, {state.pieces} pieces copied. Expected "
                    f"{memory.to_text(until)}. Look at logs/capture.log of the home folder."
                )
            if stopping.wait(LOOK_SECONDS):
                return False
        return True


def _count(settings: Settings, rows: dict[str, int]) -> None:
    """Adds what came since the load before."""
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    with engine.begin() as open_connection:
        for stream, count in open_connection.execute(text(RECORDED), {"source": memory.SOURCE}):
            rows[stream] = rows.get(stream, 0) + count
