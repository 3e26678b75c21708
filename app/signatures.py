"""Signing a reconciled figure: who agreed to a department's line, when, and to which numbers.

A signature holds for the numbers it was given for. When a later build gives others it stays, and is shown as given
for the earlier ones. Nothing is ever overwritten, and every signature leaves a row in the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted, UsageError
from app.reconciliation import Claim
from app.secrets import PORTAL
from app.written import is_line, tidied

SIGN_ALL = ("finance", "executive")
"""The roles that may sign every department's line; each department may sign its own."""
LONGEST_NAME = 120

NEWEST = text("""
    select distinct on (department) department, name, role, signed_at, claimed_value, certified_value, unexplained
    from portal.claim_signature
    where metric = :metric
    order by department, signed_at desc
""")
SIGN = text("""
    insert into portal.claim_signature (metric, department, signed_by, name, role, signed_at, as_of, claimed_value,
        certified_value, unexplained)
    values (:metric, :department, :by, :name, :role, :at, :as_of, :claimed, :certified, :unexplained)
""")


@dataclass(frozen=True)
class Signature:
    """The newest signature of a department's line, and the numbers it was given for."""

    department: str
    name: str
    role: str
    signed_at: datetime
    claimed: Decimal
    certified: Decimal
    unexplained: Decimal

    def holds_for(self, claim: Claim) -> bool:
        """Whether the line still says what was signed."""
        return (self.claimed, self.certified, self.unexplained) == (claim.claimed, claim.certified, claim.unexplained)


def signing_role(viewer: Viewer, department: str) -> str | None:
    """The role as which somebody may sign a department's line; None if they may not."""
    may = [role for role in viewer.roles if role in SIGN_ALL or role == department]
    own = [role for role in may if role == department]
    return next(iter(own or may), None)


class Signing:
    """Reads and gives signatures on behalf of somebody.

    Args:
        connections: of the portal.
        by: who looks.
    """

    def __init__(self, connections: Connections, by: Viewer) -> None:
        self._connections, self._by = connections, by

    def newest(self, metric: str) -> dict[str, Signature]:
        """The newest signature of each department's line."""
        with self._connections.ask(PORTAL) as connection:
            rows = connection.execute(NEWEST, {"metric": metric})
            return {row.department: Signature(*row) for row in rows}

    def sign(self, metric: str, claim: Claim, name: str, as_of: datetime) -> None:
        """Signs a department's line as it stands.

        Raises:
            NotPermitted: none of the viewer's roles may sign it.
            UsageError: no name, or there is nothing to sign.
        """
        role = signing_role(self._by, claim.department)
        if role is None:
            raise NotPermitted(
                f"The line of {claim.department} is signed by that department, finance or an executive. Found the "
                f"roles {', '.join(self._by.roles) or 'none'}. Ask one of those to sign."
            )
        signed_as = tidied(name)
        if not is_line(signed_as, LONGEST_NAME):
            raise UsageError(
                f"A signature needs a name of 1 to {LONGEST_NAME} characters that can be seen, on one line. Write "
                "yours, then sign."
            )
        if claim.claimed is None:
            raise UsageError(f"There is nothing to sign: {claim.department} claims nothing yet. Load its source first.")
        row = {
            "metric": metric, "department": claim.department, "by": self._by.email, "name": signed_as, "role": role,
            "at": wall(), "as_of": as_of, "claimed": claim.claimed, "certified": claim.certified,
            "unexplained": claim.unexplained,
        }  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            connection.execute(SIGN, row)
            signed = {"department": claim.department, "claimed": str(claim.claimed), "certified": str(claim.certified)}
            write_audit(connection, self._by, Request("sign claim", (), metric, signed))
