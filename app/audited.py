"""The guard: one read, as the right login, in a read-only transaction, never without its row in portal.audit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, TextClause, text

from app.access import Viewer, login_of
from app.connections import Connections
from app.errors import NotPermitted, QuestionError
from app.grants import Grants
from app.manner import parted
from app.secrets import PORTAL

MOST_ROWS = 100_000
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The character that no text may hold, as JSON writes it; not the text `\\u0000`, whose backslash JSON doubles."""

ADD = text(
    "insert into portal.audit (email, role, action, metric, filters, row_count, duration_ms, outcome, address) "
    "values (:email, :role, :action, :metric, cast(:filters as jsonb), :rows, :ms, :outcome, :address)"
)


@dataclass(frozen=True)
class Request:
    """One read: of which marts, for which metric, with which filters; the latter two only for the audit."""

    action: str
    marts: tuple[str, ...]
    metric: str | None
    filters: Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """What came back, in the order asked for."""

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]


Statement = Select[Any] | CompoundSelect[Any] | TextClause
Witness = Callable[[Connection, Rows], None]
"""What else is written about a read that went well, in the transaction of its audit row: all of it or nothing."""


class AuditedReads:
    """Runs reads and writes the audit."""

    def __init__(self, connections: Connections, grants: Grants) -> None:
        self._connections = connections
        self._grants = grants

    def read(
        self, viewer: Viewer, request: Request, statement: Statement, witness: Witness | None = None
    ) -> Rows:
        """Runs a statement as the first of the viewer's roles that may read all its marts.

        The audit row is written before anything is handed out; a refusal or failure leaves one too. The witness is
        called with the rows in the same transaction.

        Raises:
            NotPermitted, NotBuilt, QuestionError, WarehouseDown: as the guard or the database said.
        """
        began, role, rows, outcome = perf_counter(), "", None, "failed"
        try:
            role = self._grants.role_for(viewer, request.marts)
            rows = self._run(login_of(role), statement)
            outcome = "ok"
        except NotPermitted:
            outcome = "refused"
            raise
        finally:
            milliseconds = (perf_counter() - began) * 1000
            count = len(rows.values) if rows else None
            with self._connections.open(PORTAL) as connection:
                write_audit(connection, viewer, request, role=role, row_count=count, milliseconds=milliseconds,
                            outcome=outcome)  # fmt: skip
                if witness and rows:
                    witness(connection, rows)
        return rows

    def note(self, viewer: Viewer, action: str, outcome: str = "ok", *, metric: str | None = None,
             **filters: Any) -> None:  # fmt: skip
        """Writes an audit row of something that is no read: a page opened, a sign-in, a report sent."""
        with self._connections.ask(PORTAL) as connection:
            write_audit(connection, viewer, Request(action, (), metric, filters), outcome=outcome)

    def _run(self, login: str, statement: Statement) -> Rows:
        with self._connections.open(login, read_only=True) as connection:
            result = connection.execute(statement)
            names = tuple(result.keys())
            values = tuple(tuple(row) for row in result.fetchmany(MOST_ROWS + 1))
        if len(values) > MOST_ROWS:
            raise QuestionError(
                f"The answer has more than {parted(MOST_ROWS)} rows. Expected fewer. Ask for fewer months or "
                "dimensions."
            )
        return Rows(names, values)


def write_audit(
    connection: Connection,
    viewer: Viewer,
    request: Request,
    *,
    role: str = "",
    row_count: int | None = None,
    milliseconds: float | None = None,
    outcome: str = "ok",
) -> None:
    """Writes one row of portal.audit, in the transaction of what it tells about.

    Args:
        connection: as a login that may write the audit.
        viewer: who did it.
        request: what was done.
        role: as which role; all of the viewer's where none is named.
        row_count: of a read.
        milliseconds: that it took.
        outcome: ok, refused or failed.
    """
    row = {
        "email": viewer.email,
        "role": role or ",".join(viewer.roles),
        "action": request.action,
        "metric": request.metric,
        "filters": _json({name: value for name, value in request.filters.items() if value}),
        "rows": row_count,
        "ms": milliseconds,
        "outcome": outcome,
        "address": viewer.address,
    }
    connection.execute(ADD, row)


def _json(filters: Mapping[str, Any]) -> str:
    """The filters as `jsonb` takes them: what was asked is kept even where it holds what no text may."""
    written = NUL.sub(r"\1�", json.dumps(filters, default=str, ensure_ascii=False))
    return written.encode("utf-8", "replace").decode("utf-8")
