"""Taking note of an alert: who has seen it and when, once; and a row in the audit."""

from __future__ import annotations

from sqlalchemy import text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.secrets import PORTAL

NOTE = text("""
    update portal.alert set acknowledged_by = :by, acknowledged_at = :at
    where alert_id = cast(:alert as uuid) and acknowledged_at is null
""")


class AlertDesk:
    """Writes as the portal's login. Whether somebody may see an alert is asked of its mart before."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def acknowledge(self, viewer: Viewer, alert_id: str) -> bool:
        """Notes that somebody has seen an alert.

        Returns:
            Whether it was they who took note; False where somebody had before.
        """
        with self._connections.open(PORTAL) as connection:
            row = {"by": viewer.email, "at": wall(), "alert": alert_id}
            is_first = bool(connection.execute(NOTE, row).rowcount)
            write_audit(connection, viewer, Request("acknowledge alert", (), None, {"alert": alert_id}),
                        outcome="ok" if is_first else "refused")  # fmt: skip
        return is_first
