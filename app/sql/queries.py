"""Queries that people keep, show as a report and share with a role; each reader runs them with rights of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted, StatementError
from app.secrets import PORTAL
from app.written import is_line

FIELDS = "query_id, owner, title, text, role, parameters, chart, shared_with, version, changed_at"
SEEN = f"select {FIELDS} from portal.sql_query where (owner = :email or shared_with && cast(:roles as text[]))"
PUT = text(
    "insert into portal.sql_query (query_id, owner, title, text, role, parameters, chart, created_at, changed_at) "
    "values (:id, :email, :title, :text, :role, cast(:parameters as jsonb), cast(:chart as jsonb), :at, :at) "
    f"returning {FIELDS}"
)
CHANGE = text(
    "update portal.sql_query set title = :title, text = :text, role = :role, parameters = cast(:parameters as jsonb), "
    "chart = cast(:chart as jsonb), version = version + 1, changed_at = :at "
    f"where query_id = :id and owner = :email and version = :version returning {FIELDS}"
)
SHARE = text("update portal.sql_query set shared_with = cast(:roles as text[]) where query_id = :id and owner = :email")
REMOVE = text("delete from portal.sql_query where query_id = :id and owner = :email")
LONGEST_TITLE = 120


@dataclass(frozen=True)
class Chart:
    """How a result is drawn: which column along, which up, as what."""

    kind: str
    x: str
    y: str


@dataclass(frozen=True)
class Query:
    """A query that somebody keeps.

    Attributes:
        role: as which it was written; a reader runs it as one of their own.
        parameters: name → (type, value) as they were when it was kept.
        shared_with: roles whose people find it too.
        version: counts each change.
    """

    query_id: UUID
    owner: str
    title: str
    text: str
    role: str
    parameters: Mapping[str, tuple[str, str]]
    chart: Chart | None
    shared_with: tuple[str, ...]
    version: int
    changed_at: datetime


class Queries:
    """Reads and writes portal.sql_query; every change is audited."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def seen_by(self, viewer: Viewer) -> tuple[Query, ...]:
        """Their own and what is shared with one of their roles, by title."""
        with self._connections.ask(PORTAL) as connection:
            rows = connection.execute(text(f"{SEEN} order by lower(title), query_id"), _who(viewer)).all()
        return tuple(_query(row) for row in rows)

    def open(self, viewer: Viewer, query_id: str) -> Query:
        """One that they may see.

        Raises:
            NotPermitted: there is none of that id for them; the same words whether it exists or not.
        """
        try:
            wanted = UUID(query_id)
        except ValueError:
            wanted = UUID(int=0)
        with self._connections.open(PORTAL) as connection:
            row = connection.execute(text(f"{SEEN} and query_id = :id"), {**_who(viewer), "id": wanted}).first()
            write_audit(connection, viewer, Request("open query", (), None, {"query": query_id[:64]}),
                        outcome="ok" if row else "refused")  # fmt: skip
        if row is None:
            raise NotPermitted("That query is not there, or not shared with you. Ask whoever sent the link.")
        return _query(row)

    def keep(
        self, viewer: Viewer, title: str, statement: str, role: str, given: Mapping[str, tuple[str, str]],
        chart: Chart | None, over: Query | None = None,
    ) -> Query:  # fmt: skip
        """Keeps a query, as a new one or over one of their own.

        Raises:
            StatementError: it has no title, or somebody else's change came between.
            NotPermitted: what it is to replace is not theirs.
        """
        called = " ".join(title.split())
        if not is_line(called, LONGEST_TITLE):
            raise StatementError(
                f"A query needs a title of 1 to {LONGEST_TITLE} characters that can be seen. Found {len(called)}."
            )
        if over is not None and over.owner != viewer.email:
            raise NotPermitted(f"{over.title!r} is {over.owner}'s. Keep yours under a title of its own.")
        row = {"id": over.query_id if over else uuid4(), "email": viewer.email, "title": called, "text": statement,
               "role": role, "parameters": json.dumps({name: list(each) for name, each in given.items()}),
               "chart": json.dumps(vars(chart)) if chart else None, "at": wall(),
               "version": over.version if over else 1}  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            kept = connection.execute(CHANGE if over else PUT, row).first()
            if kept is None:
                raise StatementError("It was changed or removed in the meantime. Open it anew, then keep your change.")
            write_audit(connection, viewer, Request("keep query", (), None, {"query": str(row["id"]), "title": called,
                                                                            "text": statement}))  # fmt: skip
        return _query(kept)

    def share(self, viewer: Viewer, query: Query, roles: Sequence[str]) -> None:
        """Lets the people of these roles find it, and of no other.

        Raises:
            NotPermitted: it is not theirs.
        """
        self._change(viewer, query, SHARE, "share query", roles)

    def remove(self, viewer: Viewer, query: Query) -> None:
        """Removes one of their own.

        Raises:
            NotPermitted: it is not theirs.
        """
        self._change(viewer, query, REMOVE, "remove query", ())

    def _change(self, viewer: Viewer, query: Query, statement: Any, action: str, roles: Sequence[str]) -> None:
        row = {"id": query.query_id, "email": viewer.email, "roles": list(roles)}
        with self._connections.open(PORTAL) as connection:
            done = connection.execute(statement, row).rowcount > 0
            write_audit(connection, viewer, Request(action, (), None, {"query": str(query.query_id),
                                                                       "roles": list(roles)}),
                        outcome="ok" if done else "refused")  # fmt: skip
        if not done:
            raise NotPermitted(f"{query.title!r} is not yours. Only {query.owner} can change it.")


def _who(viewer: Viewer) -> dict[str, Any]:
    return {"email": viewer.email, "roles": list(viewer.roles)}


def _query(row: Any) -> Query:
    given = {name: (str(each[0]), str(each[1])) for name, each in row.parameters.items()}
    chart = Chart(**row.chart) if row.chart else None
    return Query(row.query_id, row.owner, row.title, row.text, row.role, given, chart, tuple(row.shared_with),
                 row.version, row.changed_at)  # fmt: skip
