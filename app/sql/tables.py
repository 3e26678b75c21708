"""Which tables a role's login may read, and what the project says of them: asked of the database, kept for a minute."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import text

from app.access import login_of
from app.connections import Connections
from app.secrets import PORTAL
from app.sql.documentation import Documented, documentation

TTL_SECONDS = 60.0
READABLE = text(
    """
    select n.nspname, c.relname,
        array_agg(a.attname::text order by a.attnum), array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p', 'v', 'm')
        and n.nspname !~ '^(pg_|information_schema$)'
        and has_schema_privilege(:login, n.oid, 'usage')
        and has_column_privilege(:login, c.oid, a.attnum, 'select')
        and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    group by n.nspname, c.relname
    order by n.nspname, c.relname
    """
)
SHORT = {"timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp",
         "character varying": "text", "double precision": "float"}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table or view that a login may read.

    Attributes:
        schema, name: as in the database.
        columns: (name, type, what it means) in the table's order.
        says: what a row of it is.
    """

    schema: str
    name: str
    columns: tuple[tuple[str, str, str], ...]
    says: str

    @property
    def whole(self) -> str:
        return f"{self.schema}.{self.name}"


class Tables:
    """What there is to read, by role."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._known: dict[str, tuple[float, tuple[Table, ...]]] = {}
        self._lock = threading.Lock()

    def of(self, role: str) -> tuple[Table, ...]:
        """The tables of a role, by schema and name."""
        with self._lock:
            at, known = self._known.get(role, (float("-inf"), ()))
            if monotonic() - at > TTL_SECONDS:
                known = self._read(role)
                self._known[role] = (monotonic(), known)
            return known

    def _read(self, role: str) -> tuple[Table, ...]:
        with self._connections.ask(PORTAL) as connection:
            rows = connection.execute(READABLE, {"login": login_of(role)}).all()
        said = documentation()
        return tuple(_table(schema, name, names, types, said.get(f"{schema}.{name}", Documented()))
                     for schema, name, names, types in rows)  # fmt: skip


def _table(schema: str, name: str, names: list[str], types: list[str], said: Documented) -> Table:
    columns = tuple((column, SHORT.get(kind, kind), said.columns.get(column, ""))
                    for column, kind in zip(names, types, strict=True))  # fmt: skip
    return Table(schema, name, columns, said.says)
