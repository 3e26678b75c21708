"""What the engineer does with a source from a page or the command line: pause, resume, ask for a load, close drift.

Nothing is loaded here: a request is a row, which the scheduler takes within seconds. Every act leaves a row in the
audit.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted
from app.secrets import PORTAL

STEERS = "engineer"
"""The role that may steer sources."""


class Steering:
    """Steers on behalf of somebody: `by` is whom the audit names.

    Args:
        connections: of the portal.
        by: who acts.

    Raises:
        NotPermitted: they are no engineer.
    """

    def __init__(self, connections: Connections, by: Viewer) -> None:
        if STEERS not in by.roles:
            raise NotPermitted(
                f"Only engineers may steer sources. Found the roles {', '.join(by.roles) or 'none'}. Ask who runs "
                "Plumbline for the role engineer."
            )
        self._connections = connections
        self._by = by

    def pause(self, source: str, reason: str = "") -> bool:
        """Loads the source no more; whether it was not paused already."""
        return self._do(
            "pause source", source,
            "insert into portal.source_pause (source, paused_by, reason) values (:source, :by, :reason) "
            "on conflict do nothing",
            reason=reason.strip()[:500],
        )

    def resume(self, source: str) -> bool:
        """Lets the source be loaded again; whether it was paused."""
        return self._do("resume source", source, "delete from portal.source_pause where source = :source")

    def ask(self, source: str, *, is_full: bool = False) -> bool:
        """Asks for a load as soon as can be; whether nobody had asked for the same already."""
        return self._do(
            "ask for full load" if is_full else "ask for load", source,
            "insert into portal.load_request (source, is_full, requested_by) values (:source, :is_full, :by) "
            "on conflict (source, is_full) where taken_at is null do nothing",
            is_full=is_full,
        )

    def resolve(self, source: str) -> bool:
        """Closes the source's open incidents of drift; whether there were any."""
        return self._do(
            "resolve drift", source,
            "update portal.drift set resolved_at = :now where source = :source and resolved_at is null "
            "and kind <> 'not_loadable'",
            now=wall(),
        )

    def _do(self, action: str, source: str, statement: str, **values: object) -> bool:
        with self._connections.open(PORTAL) as connection:
            done = connection.execute(text(statement), {"source": source, "by": self._by.email, **values}).rowcount > 0
            if done:
                self._note(connection, action, source)
            return done

    def _note(self, connection: Connection, action: str, source: str) -> None:
        write_audit(connection, self._by, Request(action, (), None, {"source": source}))
