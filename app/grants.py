"""Which role may read which mart: asked of the database, which holds the rights, and remembered for a minute.

What is remembered only chooses a login; the fence is the database's own refusal.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy import text

from app.access import ROLES, Viewer, login_of, role_of
from app.connections import Connections
from app.errors import NotBuilt, NotPermitted
from app.secrets import PORTAL

TTL_SECONDS = 60.0
RETRY_SECONDS = 2.0
QUERY = text(
    """
    select n.nspname || '.' || c.relname as mart,
        array_agg(r.rolname) filter (
            where has_schema_privilege(r.oid, n.oid, 'usage') and has_table_privilege(r.oid, c.oid, 'select')
        ) as logins
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    cross join pg_roles r
    where c.relkind in ('r', 'p', 'v', 'm')
        and (n.nspname like 'mart\\_%' or n.nspname in ('core', 'rollup'))
        and r.rolname = any(:logins)
    group by n.nspname, c.relname
    """
)


@dataclass(frozen=True)
class Rights:
    """What was read at one moment: mart → the roles that may read it; and what was worked out of that."""

    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    readers: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def has(self, role: str, marts: tuple[str, ...]) -> bool:
        """Whether the role may read all of them."""
        return all(role in self.known.get(mart, frozenset()) for mart in marts)

    def reading(self, marts: tuple[str, ...]) -> tuple[str, ...]:
        """The roles that may read all of them, in the order of `ROLES`; kept, since pages ask it of each figure."""
        if marts not in self.readers:
            self.readers[marts] = tuple(role for role in ROLES if self.has(role, marts))
        return self.readers[marts]


class Grants:
    """The rights of the reading logins, bounded by the number of marts."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._rights = Rights()
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def role_for(self, viewer: Viewer, marts: tuple[str, ...]) -> str:
        """The first of the viewer's roles whose login may read all these marts.

        Raises:
            NotPermitted: none may.
            NotBuilt: a mart is not there.
        """
        role = self._find(viewer, marts, TTL_SECONDS) or self._find(viewer, marts, RETRY_SECONDS)
        if role:
            return role
        missing = [mart for mart in marts if mart not in self._rights.known]
        if missing:
            raise NotBuilt(
                f"{missing[0]} is not there yet. Expected the last build to have made it. Run `plumbline run build`."
            )
        raise NotPermitted(
            f"{viewer.email} may not read {', '.join(marts)}. Found the roles {', '.join(viewer.roles) or 'none'}; "
            f"expected one of: {', '.join(self.roles_reading(marts)) or 'none yet'}. Ask for the right."
        )

    def roles_reading(self, marts: tuple[str, ...]) -> tuple[str, ...]:
        """The roles that may read all these marts, in the order of `ROLES`."""
        return self._fresh(TTL_SECONDS).reading(marts)

    def _find(self, viewer: Viewer, marts: tuple[str, ...], oldest: float) -> str | None:
        rights = self._fresh(oldest)
        return next((role for role in viewer.roles if rights.has(role, marts)), None)

    def _fresh(self, oldest: float) -> Rights:
        """What is known, read anew when older than so many seconds."""
        with self._lock:
            if monotonic() - self._read_at > oldest:
                with self._connections.open(PORTAL) as connection:
                    rows = connection.execute(QUERY, {"logins": [login_of(role) for role in ROLES]}).all()
                self._rights = Rights(
                    {mart: frozenset(role_of(login) for login in logins or ()) for mart, logins in rows}
                )
                self._read_at = monotonic()
            return self._rights
