"""The process `python -m pipelines.capture`: follows production until SIGTERM; `--once`: up to what is there now."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from contextlib import closing

from app.errors import PlumblineError, SettingsError
from app.home import keep_private
from app.settings import Settings, get_settings
from pipelines.capture import memory
from pipelines.capture.copying import PIECE_BYTES
from pipelines.capture.credentials import credentials, is_captured
from pipelines.capture.session import Session, open_warehouse
from pipelines.capture.turn import AlreadyRead, TurnLost

PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before it is tried again; after the last, always that long."""
log = logging.getLogger("plumbline.capture")


def serve(settings: Settings, session: Session, stopping: threading.Event) -> None:
    """Follows production for as long as it is not stopped; what breaks off is tried again, and noted until it goes."""
    failures = 0
    while not stopping.is_set():
        try:
            session.run(once=False)
            failures = 0
        except AlreadyRead:
            log.info("somebody else reads production; waiting")
        except TurnLost as error:
            log.info("%s", error)
        except PlumblineError as error:
            log.error("%s", error)
            _note(settings, str(error))
            stopping.wait(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1


def _note(settings: Settings, error: str) -> None:
    try:
        with closing(open_warehouse(settings)) as warehouse, warehouse:
            memory.note_error(warehouse, error)
    except PlumblineError as down:
        log.error("%s", down)


def main() -> None:
    """Reads the arguments, runs, and ends with the exit code of what went wrong."""
    keep_private()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stdout)
    parser = argparse.ArgumentParser(prog="python -m pipelines.capture", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when what is committed now is stored")
    parser.add_argument("--anew", action="store_true", help="with a new slot, and all tables copied again")
    parser.add_argument("--piece-kb", type=int, default=PIECE_BYTES // 2**10, help="size of a piece of a copy")
    given = parser.parse_args()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    settings = get_settings()
    try:
        found = credentials(settings)
        if found is None or not is_captured(settings):
            raise SettingsError(
                "Production is not to be captured here. Expected the source production in sources.json, with the "
                "method pgoutput or none. See docs/sources/production.md."
            )
        session = Session(settings, found, stopping, piece_bytes=given.piece_kb * 2**10)
        if given.once or given.anew:
            session.run(once=given.once, anew=given.anew)
        if not given.once:
            serve(settings, session, stopping)
    except PlumblineError as error:
        log.error("%s", error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
