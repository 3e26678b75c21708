"""What a person has run: written with the audit's row, read by themselves alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from app.access import Viewer
from app.audited import Request, write_audit
from app.connections import Connections
from app.secrets import PORTAL

Given = Mapping[str, tuple[str, str]]
"""Parameter → (type, value), as they were typed in."""
PUT = text(
    "insert into portal.sql_run (run_id, email, role, started_at, text, parameters, row_count, duration_ms, outcome, "
    "error) values (:run_id, :email, :role, :at, :text, cast(:parameters as jsonb), :rows, :ms, :outcome, :error)"
)
THEIRS = text(
    """
    select run_id, role, started_at, text, parameters, row_count, duration_ms, outcome, error
    from portal.sql_run
    where email = :email and (:search = '' or position(lower(:search) in lower(text)) > 0)
    order by started_at desc, run_id
    limit :most
    """
)
OLD = text("delete from portal.sql_run where started_at < :before")
AUDITED = {"ok": "ok", "refused": "refused", "failed": "failed", "stopped": "failed"}


@dataclass(frozen=True)
class Run:
    """One statement that somebody ran.

    Attributes:
        row_count: None where nothing came back.
        outcome: ok, refused, failed or stopped.
        error: why not, in words.
    """

    run_id: UUID
    role: str
    started_at: datetime
    text: str
    parameters: Mapping[str, tuple[str, str]]
    row_count: int | None
    duration_ms: float
    outcome: str
    error: str | None


class History:
    """Reads and writes portal.sql_run."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def note(self, viewer: Viewer, action: str, run: Run) -> None:
        """Writes what was run into the audit and, where it was no look at a plan, into the history; both or neither.

        What no text may hold (NUL, half a character) is written as �.
        """
        said, given = _storable(run.text), {name: list(each) for name, each in run.parameters.items()}
        asked = Request(action, (), None, {"text": said, "parameters": given, "run": str(run.run_id), "why": run.error})
        row = {"run_id": run.run_id, "email": viewer.email, "role": run.role, "at": run.started_at, "text": said,
               "parameters": _storable(json.dumps(given, ensure_ascii=False)), "rows": run.row_count,
               "ms": run.duration_ms, "outcome": run.outcome, "error": run.error and _storable(run.error)}  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            write_audit(connection, viewer, asked, role=run.role, row_count=run.row_count,
                        milliseconds=run.duration_ms, outcome=AUDITED[run.outcome])  # fmt: skip
            if action == "sql":
                connection.execute(PUT, row)

    def of(self, viewer: Viewer, search: str = "", most: int = 50) -> tuple[Run, ...]:
        """What this person ran, newest first; of it what holds the words searched for."""
        row = {"email": viewer.email, "search": _storable(search.strip()), "most": most}
        with self._connections.ask(PORTAL) as connection:
            found = connection.execute(THEIRS, row).all()
        return tuple(Run(one[0], one[1], one[2], one[3], {name: tuple(each) for name, each in one[4].items()}, *one[5:])
                     for one in found)  # fmt: skip


def forget(connection: Connection, days: int, now: datetime) -> int:
    """Removes what was run longer ago, as a login that may; gives how many there were."""
    return connection.execute(OLD, {"before": now - timedelta(days=days)}).rowcount


def _storable(said: str) -> str:
    return said.replace("\x00", "�").replace("\\u0000", "�").encode("utf-8", "replace").decode()
