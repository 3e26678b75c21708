"""What production says: who it is, what it publishes, whether it can be captured; and single rows, asked for by key.

Values come as the log writes them: instants in UTC, ISO dates, shortest exact floats. Row-level security never leaves
out a row silently: it is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection
from psycopg2.extras import LogicalReplicationConnection
from sqlalchemy.engine import URL

from app.errors import SourceDown
from pipelines.capture.captured import stream_name
from pipelines.capture.memory import to_number
from pipelines.capture.raw_types import raw_type

OPTIONS = (
    "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3 -c bytea_output=hex "
    "-c row_security=off -c idle_in_transaction_session_timeout=0"
)
KEEPALIVE: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
NEEDED_VERSION = 140000


@dataclass(frozen=True)
class Server:
    """The production server: its system identifier, database, version (150004) and whether it follows another."""

    system_id: str
    database: str
    version: int
    is_standby: bool


@dataclass(frozen=True)
class Published:
    """A table of the publication.

    Attributes:
        relation: its oid.
        schema: its schema.
        name: its name.
        identity: how the log tells which row is meant: d (primary key), i (an index), f (the whole row), n (not).
        key: the columns of its primary key, or of the index.
        columns: the published ones: name, type oid, raw type.
        row_filter: of the publication; None where all rows are published.
        may_read: whether our login may select those columns.
    """

    relation: int
    schema: str
    name: str
    identity: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, int, str], ...]
    row_filter: str | None
    may_read: bool

    @property
    def stream(self) -> str:
        return stream_name(self.schema, self.name)


def connect(url: URL, *, replication: bool = False) -> Any:
    """A connection to production; for the log with `replication`.

    Raises:
        SourceDown: it does not answer or does not let us; the message never holds the password.
    """
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        found = psycopg2.connect(
            address, connect_timeout=10, application_name="plumbline capture", options=OPTIONS, client_encoding="utf8",
            connection_factory=LogicalReplicationConnection if replication else None, **KEEPALIVE,
        )
    except psycopg2.Error as error:
        said = (str(error).strip() or "no reason given").splitlines()[0]
        raise SourceDown(
            f"Production does not let us read its {'log' if replication else 'tables'}: {said}. Expected the login "
            f"{url.username} with {'REPLICATION' if replication else 'LOGIN'} at {url.host}:{url.port or 5432}. See "
            "docs/sources/production.md."
        ) from None
    if not replication:
        found.autocommit = True
    return found


def ask(production: connection, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """The rows of one query, in a transaction of its own."""
    with production.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall()


def identify(production: connection, log: Any) -> Server:
    """Which server this is; refuses one whose log cannot be read.

    Raises:
        SourceDown: it is older than 14, or its wal_level is not logical.
    """
    with log.cursor() as cursor:
        cursor.execute("IDENTIFY_SYSTEM")
        system_id = str(cursor.fetchone()[0])
    ((level, database, standby),) = ask(
        production, "select current_setting('wal_level'), current_database(), pg_is_in_recovery()"
    )
    if level != "logical":
        raise SourceDown(
            f"Production's wal_level is {level!r}. Expected 'logical', without which its log does not tell rows. Its "
            "owner sets it and restarts the server: see docs/sources/production.md."
        )
    if production.server_version < NEEDED_VERSION:
        raise SourceDown(
            f"Production is PostgreSQL {production.server_version // 10000}. Expected 14 or newer. Upgrade it, or set "
            'the method "wal2json" in its credentials: see docs/sources/production.md.'
        )
    return Server(system_id, database, production.server_version, standby)


def position(production: connection) -> int:
    """Up to where production's log is durable now."""
    ((lsn,),) = ask(
        production,
        "select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end::text",
    )
    return to_number(lsn)


def published(production: connection, publication: str) -> list[Published]:
    """The tables of the publication, in the order of their names.

    Raises:
        SourceDown: there is no such publication, or it leaves out some kind of change.
    """
    found = ask(
        production,
        "select pubinsert and pubupdate and pubdelete and pubtruncate from pg_publication where pubname = %s",
        (publication,),
    )
    if found != [(True,)]:
        raise SourceDown(
            f"Production {'publishes only some kinds of change in' if found else 'has no publication'} "
            f"{publication!r}. Expected one with inserts, updates, deletes and truncates. Its owner runs: create "
            f"publication {publication} for table …; see docs/sources/production.md."
        )
    rows = ask(production, _tables_query(production.server_version), (publication,))
    return [
        Published(
            oid, schema, name, identity, tuple(key or ()),
            tuple((column, kind, raw_type(kind, *told)) for column, kind, *told in columns or ()), row_filter, may_read,
        )
        for oid, schema, name, identity, key, columns, row_filter, may_read in rows
    ]  # fmt: skip


def refuse_unfit(tables: Sequence[Published]) -> None:
    """Refuses tables whose rows the log does not tell apart, or that our login may not read.

    Raises:
        SourceDown: names each of them, and what production's owner has to do.
    """
    unfit = [table for table in tables if table.identity == "n" or not table.key]
    if unfit:
        table = unfit[0]
        names = ", ".join(f"{each.schema}.{each.name}" for each in unfit)
        found = "NOTHING" if table.identity == "n" else "FULL" if table.identity == "f" else "DEFAULT"
        raise SourceDown(
            f"These tables of production cannot be captured, since nothing tells their rows apart: {names}. Found "
            f"REPLICA IDENTITY {found} and {'the key ' + ', '.join(table.key) if table.key else 'no primary key'} in "
            f"{table.schema}.{table.name}. Expected a primary key, or a unique index over columns that are not null, "
            f"named by: alter table {table.schema}.{table.name} REPLICA IDENTITY USING INDEX …; or take the table out "
            "of the publication."
        )
    closed = ", ".join(f"{each.schema}.{each.name}" for each in tables if not each.may_read)
    if closed:
        raise SourceDown(
            f"Our login may not read {closed} in production. Expected select on what is published. Its owner runs: "
            f"grant select on {closed} to the login; see docs/sources/production.md."
        )


def unpublished(production: connection, publication: str, known: Sequence[int]) -> list[tuple[str, str]]:
    """Schema and name of tables beside the captured ones, in the same schemas, that the publication does not have."""
    rows = ask(production, _UNPUBLISHED, (list(known), publication, list(known)))
    return [(schema, name) for schema, name in rows]


def has_values(production: connection, schema: str, table: str, column: str) -> bool:
    """Whether a column holds anything, as far as can be said within some seconds; in doubt it does."""
    query = sql.SQL("select exists (select from {}.{} where {} is not null)").format(
        sql.Identifier(schema), sql.Identifier(table), sql.Identifier(column)
    )
    try:
        with production.cursor() as cursor:
            cursor.execute("set statement_timeout = '3s'")
            cursor.execute(query)
            ((found,),) = cursor.fetchall()
            return bool(found)
    except psycopg2.Error:
        return True
    finally:
        if not production.closed:
            with production.cursor() as cursor:
                cursor.execute("reset statement_timeout")


def _tables_query(version: int) -> str:
    """Before 15 a publication has neither lists of columns nor filters; before 18 it never has generated columns."""
    listed = "p.attnames, p.rowfilter" if version >= 150000 else "null::name[] as attnames, null::text as rowfilter"
    generated = "" if version >= 180000 else "and a.attgenerated = ''"
    return _TABLES.format(listed=listed, generated=generated)


_TABLES = """
with published as (
    select c.oid, n.nspname, c.relname, c.relreplident, {listed}
    from pg_publication_tables p
    join pg_namespace n on n.nspname = p.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
    where p.pubname = %s
)
select p.oid::bigint, p.nspname, p.relname, p.relreplident::text,
    (select array_agg(a.attname::text order by k.place)
     from pg_index i
     cross join lateral unnest(i.indkey) with ordinality as k (attnum, place)
     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = p.oid and k.place <= i.indnkeyatts
        and case p.relreplident when 'i' then i.indisreplident else i.indisprimary end),
    (select json_agg(json_build_array(a.attname, a.atttypid::bigint, s.nspname, coalesce(b.typname, t.typname))
                     order by a.attnum)
     from pg_attribute a
     join pg_type t on t.oid = a.atttypid
     left join pg_type b on b.oid = t.typbasetype
     join pg_namespace s on s.oid = coalesce(b.typnamespace, t.typnamespace)
     where a.attrelid = p.oid and a.attnum > 0 and not a.attisdropped {generated}
        and (p.attnames is null or a.attname = any(p.attnames))),
    p.rowfilter,
    (select bool_and(has_column_privilege(p.oid, a.attnum, 'select')) from pg_attribute a
     where a.attrelid = p.oid and a.attnum > 0 and not a.attisdropped {generated}
        and (p.attnames is null or a.attname = any(p.attnames)))
from published p order by 2, 3
"""
_UNPUBLISHED = """
select n.nspname::text, c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and c.oid <> all(%s::oid[])
    and not exists (select from pg_publication_tables p where p.pubname = %s and p.schemaname = n.nspname
                    and p.tablename = c.relname)
    and c.relnamespace in (select relnamespace from pg_class where oid = any(%s::oid[]))
order by 1, 2
"""
