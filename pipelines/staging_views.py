"""Whether the views of staging stand as a build would make them: a third of a build goes into making them anew.

What they follow from is the project's files and the columns of what they read. A build that held writes a digest of
both, and of the views themselves, as a comment on the schema; where nothing of it has changed, the next leaves them be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

READ_FROM = ("staging", "macros", "dbt_project.yml")
"""Of the project: what a view of staging is made from."""

COLUMNS = text("""
    select concat_ws('.', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), c.relkind)
    from pg_catalog.pg_namespace as n
    inner join pg_catalog.pg_class as c on n.oid = c.relnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
    where n.nspname like 'raw\\_%' or n.nspname in ('capture', 'portal', 'workshop')
    order by 1
""")

VIEWS = text("""
    select c.relname || pg_get_viewdef(c.oid) || coalesce(cast(c.relacl as text), '')
    from pg_catalog.pg_class as c
    where c.relnamespace = 'staging'::regnamespace and c.relkind = 'v'
    order by 1
""")

NOTED = text("select obj_description('staging'::regnamespace, 'pg_namespace')")


def origin(url: URL, project: Path, timezone: str) -> str:
    """A digest of what the views follow from, as it is now; a build asks before it makes them."""
    files = [path for name in READ_FROM for path in sorted(_files(project / name))]
    parts = [f"{path.relative_to(project)}\0{path.read_text(encoding='utf-8')}" for path in files]
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return _digest([timezone, *parts, *connection.execute(COLUMNS).scalars()])


def stand(url: URL, origin: str) -> bool:
    """Whether the views are those that a build has made from just that."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return bool(connection.execute(NOTED).scalar_one() == _note(connection, origin))


def note(url: URL, origin: str) -> None:
    """Writes down that the views, as they stand, were made from that."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(f"comment on schema staging is '{_note(connection, origin)}'")


def _note(connection: Connection, origin: str) -> str:
    """Hexadecimal, beside what `origin` returned."""
    return f"made from {origin}, views {_digest(connection.execute(VIEWS).scalars().all())}"


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\1".join(parts).encode()).hexdigest()[:32]
