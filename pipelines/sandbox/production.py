"""The sandbox company's production database: a real PostgreSQL that holds what the store says, a login that reads its
tables and its log, and a publication of them.

`seed` brings the tables to the store's present state, changes and deletions included, in one transaction; running it
again changes nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import closing

import orjson
import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, cursor, encrypt_password
from sqlalchemy.engine import URL

from app.clock import sandbox_clock
from app.errors import SourceDown
from app.secrets import get_secret, production_url
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue

READER = "plumbline_reader"
PUBLICATION = "plumbline"
STAMPS = {"created_at": "timestamptz not null", "updated_at": "timestamptz not null"}
TABLES: Mapping[str, Mapping[str, str]] = {
    "accounts": {
        "id": "bigint primary key", "name": "text not null", "plan": "text", "country": "text",
        "stripe_customer_id": "text", "is_internal": "boolean not null", **STAMPS, "deleted_at": "timestamptz",
    },
    "users": {
        "id": "bigint primary key", "account_id": "bigint not null references accounts", "email": "text not null",
        "full_name": "text", "role": "text", **STAMPS, "last_seen_at": "timestamptz",
    },
    "orders": {
        "id": "bigint primary key", "account_id": "bigint not null references accounts", "kind": "text not null",
        "quantity": "integer", "amount_minor": "bigint", "currency": "text", **STAMPS,
    },
    "transactions": {
        "id": "bigint primary key", "order_id": "bigint references orders",
        "account_id": "bigint not null references accounts", "amount_minor": "bigint not null",
        "currency": "text not null", "status": "text not null", **STAMPS,
    },
}
"""The tables and their columns; those that others refer to come first."""


def seed(settings: Settings) -> Mapping[str, int]:
    """Makes database, tables and reading login where they are missing, and brings the rows up to the store.

    Returns:
        How many rows were written or deleted, by table.

    Raises:
        SourceDown: the production server does not answer.
    """
    url = production_url(settings, "postgres")
    catalogue = Catalogue(settings.home / "sandbox" / "vendors.db", sandbox_clock(settings))
    try:
        _create_database(url)
        with closing(_connect(url)) as server, server, server.cursor() as rows:
            _create_tables(rows)
            _create_reader(server, rows, get_secret(settings, "production_reader"))
            _publish(rows)
            for table in TABLES:
                _stage(rows, catalogue, table)
            removed = {table: _remove(rows, table) for table in reversed(tuple(TABLES))}
            return {table: removed[table] + _upsert(rows, table) for table in TABLES}
    except psycopg2.OperationalError as error:
        raise SourceDown(
            f"The sandbox's production database does not answer: {str(error).strip().splitlines()[0]}. Expected it on "
            f"{url.host}:{url.port}. Run `plumbline up`."
        ) from None
    finally:
        catalogue.close()


def _connect(url: URL) -> connection:
    return psycopg2.connect(
        host=url.host, port=url.port, user=url.username, password=url.password, dbname=url.database,
        connect_timeout=60, application_name="sandbox company",
    )


def _create_database(url: URL) -> None:
    with closing(_connect(url.set(database="postgres"))) as server:
        server.autocommit = True
        with server.cursor() as rows:
            rows.execute("select 1 from pg_database where datname = %s", (url.database,))
            if rows.fetchone() is None:
                rows.execute(sql.SQL("create database {}").format(sql.Identifier(str(url.database))))


def _create_tables(rows: cursor) -> None:
    rows.execute("set timezone = 'UTC'")
    for table, columns in TABLES.items():
        rows.execute(f"create table if not exists {table} ({', '.join(f'{n} {kind}' for n, kind in columns.items())})")
        rows.execute(f"create index if not exists {table}_updated_at on {table} (updated_at)")


def _create_reader(server: connection, rows: cursor, password: str) -> None:
    """The login that the load uses: it may read the tables and the log, and nothing else."""
    rows.execute("select 1 from pg_roles where rolname = %s", (READER,))
    verb = "alter" if rows.fetchone() else "create"
    verifier = encrypt_password(password, READER, scope=server, algorithm="scram-sha-256")
    rows.execute(f"{verb} role {READER} login replication nosuperuser nocreatedb nocreaterole password %s", (verifier,))
    rows.execute("revoke create on schema public from public")
    rows.execute(f"grant usage on schema public to {READER}")
    rows.execute(f"grant select on {', '.join(TABLES)} to {READER}")


def _publish(rows: cursor) -> None:
    """What the log tells the reader of, as production's owner decides it (docs/sources/production.md)."""
    rows.execute("select 1 from pg_publication where pubname = %s", (PUBLICATION,))
    if rows.fetchone() is None:
        rows.execute(f"create publication {PUBLICATION} for table {', '.join(TABLES)}")


def _stage(rows: cursor, catalogue: Catalogue, table: str) -> None:
    """The store's present rows of a table, in a temporary one."""
    rows.execute(f"create temporary table new_{table} (like {table}) on commit drop")
    columns = ", ".join(TABLES[table])
    text = io.StringIO("".join(_lines(catalogue, table)))
    rows.copy_expert(f"copy new_{table} ({columns}) from stdin", text)


def _lines(catalogue: Catalogue, table: str) -> Iterator[str]:
    for body, deleted in catalogue.ordered("production", table):
        if not deleted:
            record = orjson.loads(body)
            yield "\t".join(_cell(record.get(column)) for column in TABLES[table]) + "\n"


def _cell(value: object) -> str:
    """A value as COPY's text format writes it."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value).replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _remove(rows: cursor, table: str) -> int:
    rows.execute(f"delete from {table} where not exists (select from new_{table} where new_{table}.id = {table}.id)")
    return rows.rowcount


def _upsert(rows: cursor, table: str) -> int:
    columns = list(TABLES[table])
    sets = ", ".join(f"{column} = excluded.{column}" for column in columns if column != "id")
    names = ", ".join(columns)
    rows.execute(
        f"insert into {table} ({names}) select {names} from new_{table} order by id "
        f"on conflict (id) do update set {sets} where {table} is distinct from excluded"
    )
    return rows.rowcount
