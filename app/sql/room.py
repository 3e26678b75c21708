"""SQL of one's own: what there is to read, one statement at a time, its plan, its history, what is kept of it.

A statement runs as the login of one role of whoever runs it. What it may read is held by the database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import TypeVar
from uuid import UUID, uuid4

from app.access import Viewer
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted, PlumblineError, StatementError
from app.metrics import Metric
from app.settings import Settings
from app.sql.history import Given, History, Run
from app.sql.plan import PlanLine, plan_lines
from app.sql.prepared import Prepared, prepare
from app.sql.queries import Queries
from app.sql.run import Cancelled, Found, Line, explain, fetch
from app.sql.tables import Table, Tables

WRITERS = ("analyst", "engineer")
"""The roles that may write SQL; each reads what its login may, and nothing else."""
AT_ONCE = 8
SAMPLE_ROWS, SAMPLE_SECONDS = 5, 10
LOOK_SECONDS = 0.05
Got = TypeVar("Got")


@dataclass(frozen=True)
class Result:
    """What a statement gave, as which role, and how long it took."""

    run_id: UUID
    role: str
    found: Found
    milliseconds: float


@dataclass(frozen=True)
class Running:
    """A statement under way; its outcome is in `future`."""

    began: float
    future: Future[Result]


class SqlRoom:
    """What the page SQL asks. One per process."""

    def __init__(self, settings: Settings, connections: Connections, metrics: Mapping[str, Metric]) -> None:
        self._settings = settings
        self._metrics = metrics
        self._history = History(connections)
        self._tables = Tables(connections)
        self.queries = Queries(connections)
        self._pool = ThreadPoolExecutor(AT_ONCE, "sql")
        self._lines: dict[str, Line] = {}
        self._lock = threading.Lock()

    def roles_of(self, viewer: Viewer) -> tuple[str, ...]:
        """The roles as which this person may write SQL, the first one first."""
        return tuple(role for role in viewer.roles if role in WRITERS)

    def tables(self, viewer: Viewer, role: str) -> tuple[Table, ...]:
        """What that role's login may read, by schema and name."""
        return self._tables.of(self._their(viewer, role))

    def sample(self, viewer: Viewer, role: str, table: Table) -> Found:
        """Some rows of a table, read as that role.

        Raises:
            NotPermitted: the role's login may not read it.
        """
        if table not in self.tables(viewer, role):
            raise NotPermitted(f"{table.whole} is not among what {role} may read.")
        schema, name = (part.replace('"', '""') for part in (table.schema, table.name))
        sql = f'select * from "{schema}"."{name}"'
        line = Line()
        return self._noted(viewer, role, "sql sample", sql, {}, lambda: fetch(
            self._settings, role, Prepared(sql, (), sql, ((0, 0, True),)), line, most=SAMPLE_ROWS,
            seconds=min(SAMPLE_SECONDS, self._settings.sql_seconds)))[0]  # fmt: skip

    def start(self, viewer: Viewer, role: str, text: str, given: Given, as_of: datetime,
              most_seconds: float | None = None) -> Running:  # fmt: skip
        """Begins to run a statement; one at a time for each person, within the time that any may take or less.

        Raises:
            StatementError: another of theirs still runs.
            NotPermitted: the role is not theirs, or none that may write SQL.
        """
        self._their(viewer, role)
        line = Line()
        with self._lock:
            if viewer.email in self._lines:
                raise StatementError("Another statement of yours still runs. Wait for it or cancel it; it may be in "
                                     "another window.")  # fmt: skip
            self._lines[viewer.email] = line
        try:
            seconds = min(most_seconds or self._settings.sql_seconds, self._settings.sql_seconds)
            future = self._pool.submit(self._run, viewer, role, text, given, as_of, line, seconds)
        except BaseException:
            self._lines.pop(viewer.email, None)
            raise
        return Running(monotonic(), future)

    def run(self, viewer: Viewer, role: str, text: str, given: Given, as_of: datetime) -> Result:
        """Runs a statement and waits for it.

        Raises:
            StatementError, NotPermitted, WarehouseDown: what is wrong with it, and where.
        """
        return self.start(viewer, role, text, given, as_of).future.result()

    def run_in_turn(self, viewer: Viewer, role: str, text: str, given: Given, as_of: datetime,
                    seconds: float) -> Result:  # fmt: skip
        """As `run`, behind what this person runs elsewhere: for a statement that a page starts and nobody clicks for.

        Args:
            viewer, role, text, given, as_of: as of `run`.
            seconds: it may take, and may wait before it.

        Raises:
            As `run`.
        """
        deadline = monotonic() + seconds
        while viewer.email in self._lines and monotonic() < deadline:
            sleep(LOOK_SECONDS)
        return self.start(viewer, role, text, given, as_of, seconds).future.result()

    def cancel(self, viewer: Viewer) -> bool:
        """Stops this person's running statement, and nobody else's; whether there was one."""
        with self._lock:
            line = self._lines.get(viewer.email)
        if line is not None:
            line.cancel()
        return line is not None

    def plan(self, viewer: Viewer, role: str, text: str, given: Given, as_of: datetime) -> tuple[PlanLine, ...]:
        """How Postgres would go about a statement, without running it.

        Raises:
            As `run`.
        """
        self._their(viewer, role)
        line = Line()
        found, _, _ = self._noted(viewer, role, "sql plan", text, given, lambda: explain(
            self._settings, role, self._prepared(text, given, as_of), line,
            seconds=self._settings.sql_seconds))  # fmt: skip
        return plan_lines(found)

    def history(self, viewer: Viewer, search: str = "", most: int = 50) -> tuple[Run, ...]:
        """What this person ran, newest first; nobody sees anybody else's."""
        return self._history.of(viewer, search, most)

    def close(self) -> None:
        """Stops what runs."""
        with self._lock:
            lines = list(self._lines.values())
        for line in lines:
            line.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, viewer: Viewer, role: str, text: str, given: Given, as_of: datetime, line: Line,
             seconds: float) -> Result:  # fmt: skip
        with self._forgotten(viewer):
            found, run_id, milliseconds = self._noted(viewer, role, "sql", text, given, lambda: fetch(
                self._settings, role, self._prepared(text, given, as_of), line, most=self._settings.sql_rows,
                seconds=seconds))  # fmt: skip
            return Result(run_id, role, found, milliseconds)

    @contextmanager
    def _forgotten(self, viewer: Viewer) -> Iterator[None]:
        """Whatever happens, the person may run another one after it."""
        try:
            yield
        finally:
            with self._lock:
                self._lines.pop(viewer.email, None)

    def _prepared(self, text: str, given: Given, as_of: datetime) -> Prepared:
        return prepare(text, given, self._metrics, as_of.astimezone(self._settings.timezone))

    def _their(self, viewer: Viewer, role: str) -> str:
        if role not in self.roles_of(viewer):
            raise NotPermitted(
                f"{viewer.email} may not run SQL as {role}. Found the roles {', '.join(viewer.roles) or 'none'}; "
                f"expected one of: {', '.join(WRITERS)}. Ask for the right."
            )
        return role

    def _noted(
        self, viewer: Viewer, role: str, action: str, text: str, given: Given, act: Callable[[], Got]
    ) -> tuple[Got, UUID, float]:
        """Does it, and writes it down before anything is handed out, however it ends."""
        run_id, at, began = uuid4(), wall(), monotonic()
        outcome, error, rows = "failed", "Something went wrong on our side.", None
        try:
            got = act()
            outcome, error, rows = "ok", "", len(got.rows) if isinstance(got, Found) else None
        except Cancelled as stopped:
            outcome, error = "stopped", str(stopped)
            raise
        except NotPermitted as refused:
            outcome, error = "refused", str(refused)
            raise
        except PlumblineError as failed:
            error = str(failed)
            raise
        finally:
            took = (monotonic() - began) * 1000
            self._history.note(viewer, action, Run(run_id, role, at, text, given, rows, took, outcome, error or None))
        return got, run_id, took
