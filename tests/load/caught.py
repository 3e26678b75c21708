"""Catches loads in the middle: vendors that let no answer out, tables that are locked; and kills what is to be killed.

What is caught stands still until it is let go, so that a kill strikes every source after it has read a part and before
it has read the rest, on a slow machine as on a fast one.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any, Literal, TypeVar

import psutil
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.load import Loaded
from pipelines.loading import LoadOutcome
from tests.load.whole_company import WholeCompany, extractors

Role = Literal["tap", "loader", "meltano"]
Result = TypeVar("Result", Loaded, LoadOutcome)
PATIENCE_SECONDS = 240.0
LOOK_SECONDS = 0.1
WAITING = """
select pid from pg_locks where not granted and locktype = 'relation' and relation = to_regclass(:table)
"""


def until(condition: Callable[[], Any], what: str) -> Any:
    """What the condition gives as soon as it is true of anything."""
    give_up = monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert monotonic() < give_up, f"It did not come about in {PATIENCE_SECONDS:.0f} s: {what}"
        sleep(LOOK_SECONDS)
    return found


class Lock:
    """A raw table that nobody else may read or write until it is let go, or the server dies.

    Called, it tells which backend of Postgres waits for the table; None for none.
    """

    def __init__(self, connection: Connection, table: str) -> None:
        self._connection = connection
        self._table = table
        connection.execute(text(f"lock table {table} in access exclusive mode"))

    def __call__(self) -> int | None:
        with self._connection.engine.connect() as other:
            found: int | None = other.scalar(text(WAITING), {"table": self._table})
            return found

    def let_go(self) -> None:
        self._connection.invalidate()


@contextmanager
def in_background(company: WholeCompany, load: Callable[[], Result], *locks: Lock) -> Iterator[Future[Result]]:
    """A load that goes on meanwhile; it has ended when the context ends, and by an error nothing holds it up."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(load)
        except BaseException:
            company.end_faults()
            for lock in locks:
                lock.let_go()
            raise


def caught(company: WholeCompany, vendors: Mapping[str, int], of: Future[Loaded]) -> Iterator[str]:
    """Each vendor as soon as it holds back an answer after so many good ones, while the load goes on.

    They are held from now on. One that is not caught before the load or the patience ends is not among them, and nobody
    is held any more then.
    """
    company.set_faults([{"vendor": name, "kind": "held", "after": after} for name, after in vendors.items()])
    return _as_they_come(company, set(vendors), of)


def _as_they_come(company: WholeCompany, waiting: set[str], of: Future[Loaded]) -> Iterator[str]:
    give_up = monotonic() + PATIENCE_SECONDS
    while waiting and not of.done() and monotonic() < give_up:
        struck = company.struck()
        for name in sorted(waiting):
            if "held" in struck.get(name, []):
                waiting.remove(name)
                yield name
        sleep(LOOK_SECONDS)
    if waiting:
        company.end_faults()


def kill(source: str, role: Role, number: int = signal.SIGKILL) -> int:
    """Kills (-9) the taps, the loaders or the runs of Meltano of a source that is being loaded; how many there were.

    A tap that only says which streams it has is let be. With the number 0 nothing is killed.
    """
    killed = 0
    for extractor in extractors(source):
        for process in _of(extractor, role):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
                killed += 1
    return killed


def _of(extractor: str, role: Role) -> Iterator[psutil.Process]:
    for process in psutil.Process().children():
        words = _words(process)
        if extractor in words and any(word.endswith("/bin/meltano") for word in words):
            if role == "meltano":
                yield process
                continue
            for child in _children(process):
                said = _words(child)
                is_loader = "/bin/target-" in " ".join(said[:2])
                if said and "--discover" not in said and is_loader == (role == "loader"):
                    yield child


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children())
    except psutil.NoSuchProcess:
        return []


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


@contextmanager
def locked(settings: Settings, table: str) -> Iterator[Lock]:
    """The lock on a raw table, let go at the end at the latest."""
    with create_engine(warehouse_url(settings), poolclass=NullPool).connect() as connection:
        lock = Lock(connection, table)
        try:
            yield lock
        finally:
            lock.let_go()
