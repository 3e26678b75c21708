"""The key of a raw table: a unique index, over rows that a copy may have seen twice."""

from __future__ import annotations

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from pipelines.capture.captured import Captured
from pipelines.capture.raw_table import identifier, names, same_key


def ensure_key(cursor: Cursor, table: Captured) -> None:
    """Gives the table a unique index over its key, unless it has one.

    A row that moved while the table was copied may be there twice. Either may stay: all that happened since the copy
    began is in the log and is applied to it.
    """
    columns = _keys_of(cursor, table)
    if any(set(key) == set(table.raw_key) for _, key in columns):
        return
    for constraint, key in columns:
        if constraint and not set(key) <= set(table.raw_key):
            statement = sql.SQL("alter table {} drop constraint {}")
            cursor.execute(statement.format(identifier(table), sql.Identifier(constraint)))
            for name in key:
                loosen = sql.SQL("alter table {} alter column {} drop not null")
                cursor.execute(loosen.format(identifier(table), sql.Identifier(name)))
    create = sql.SQL("create unique index on {} ({})").format(identifier(table), names(table.raw_key))
    cursor.execute("set local maintenance_work_mem = '512MB'")
    cursor.execute("savepoint unique_key")
    try:
        cursor.execute(create)
    except psycopg2.errors.UniqueViolation:
        cursor.execute("rollback to savepoint unique_key")
        _keep_one_of_each(cursor, table)
        cursor.execute(create)


def _keys_of(cursor: Cursor, table: Captured) -> list[tuple[str | None, list[str]]]:
    """The unique indexes of the raw table: their constraint, if any, and their columns."""
    cursor.execute(
        "select (select o.conname::text from pg_constraint o "
        "where o.conindid = i.indexrelid and o.contype in ('p', 'u'))"
        ", array(select a.attname::text from pg_attribute a "
        "where a.attrelid = i.indrelid and a.attnum = any(i.indkey)) "
        "from pg_index i where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null "
        "and i.indrelid = to_regclass(%s)", (identifier(table).as_string(cursor),),
    )  # fmt: skip
    return cursor.fetchall()


def _keep_one_of_each(cursor: Cursor, table: Captured) -> None:
    statement = sql.SQL(
        "delete from {table} r using "
        "(select {key}, max(ctid) as kept from {table} group by {key} having count(*) > 1) d "
        "where {same} and r.ctid <> d.kept"
    )
    cursor.execute(
        statement.format(table=identifier(table), key=names(table.raw_key), same=same_key(table, "r", "d"))
    )
