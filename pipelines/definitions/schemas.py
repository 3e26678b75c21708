"""The schemas in which a rehearsal works changed models out: only the builder may see them, and they never stay."""

from __future__ import annotations

from sqlalchemy import Connection, text

PREFIX = "rehearsal_"
FOUND = text("select nspname from pg_namespace where nspname like 'rehearsal\\_%' order by nspname")


def drop_rehearsals(connection: Connection) -> tuple[str, ...]:
    """Takes away what a rehearsal has made, also one that ended before its time; the names of the schemas.

    Whoever calls holds the lock of builds, under which a rehearsal works, too.
    """
    names = tuple(connection.scalars(FOUND))
    for name in names:
        connection.exec_driver_sql(f'drop schema "{name}" cascade')
    return names


def beside(dataset: str) -> str:
    """Where a rehearsal works a model out that readers see as `dataset` (schema.table)."""
    return f"{PREFIX}{dataset}"
