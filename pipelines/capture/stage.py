"""Where changes wait before they go into a raw table: two temporary tables, and the statements that empty them."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from pipelines.capture.captured import OWN_COLUMNS, Captured
from pipelines.capture.raw_table import columns_of, identifier, names, same_key

MARKS = ("_sdc_deleted_at", "_sdc_lsn")


@dataclass(frozen=True)
class Stage:
    """The stage of one table of one look.

    Attributes:
        raw: the raw columns of production's columns, in the order of the log's rows.
        incoming: name of the temporary table for rows; beside the columns the key under which the raw table has large
            values that are to be kept (`_base_0`, …), and which group of columns these are (`_kept`).
        gone: name of the temporary table for keys of deleted rows.
        upsert: the rows into the raw table, given the present instant and the table's generation.
        mark: marks what is gone, given the present instant.
        truncate: marks everything, given the instant of the truncation and the present one.
    """

    raw: tuple[str, ...]
    incoming: str
    gone: str
    upsert: sql.Composable
    mark: sql.Composable
    truncate: sql.Composable


def make_stage(cursor: Cursor, table: Captured, raw: tuple[str, ...]) -> Stage:
    """Makes the temporary tables, for as long as the connection lives."""
    incoming, gone = f"incoming_{table.relation}", f"gone_{table.relation}"
    base = sql.SQL(", ").join(
        sql.SQL("{} as {}").format(sql.Identifier(key), sql.Identifier(f"_base_{place}"))
        for place, key in enumerate(table.raw_key)
    )
    for name, columns in (
        (incoming, sql.SQL("{}, {}, {}, 0 as _kept").format(names(raw), names(MARKS), base)),
        (gone, sql.SQL("{}, {}").format(names(table.raw_key), names(MARKS))),
    ):
        cursor.execute(sql.SQL("drop table if exists {}").format(sql.Identifier("pg_temp", name)))
        make = sql.SQL("create temporary table {} as select {} from {} with no data")
        cursor.execute(make.format(sql.Identifier(name), columns, identifier(table)))
    return Stage(raw, incoming, gone, _upsert(cursor, table, raw, incoming), _mark(table, gone), _truncate(table))


def _upsert(cursor: Cursor, table: Captured, raw: tuple[str, ...], incoming: str) -> sql.Composable:
    """Columns that production no longer has become empty."""
    there = columns_of(cursor, table.raw_schema, table.raw_name)
    own = tuple(OWN_COLUMNS)
    sets = [
        sql.SQL("{0} = excluded.{0}" if name in (*raw, *own) else "{0} = null").format(sql.Identifier(name))
        for name in there
        if name not in table.raw_key and (name in (*raw, *own) or not name.startswith("_sdc_"))
    ]
    return sql.SQL(
        "insert into {table} ({raw}, {own}) select {raw}, %s, _sdc_deleted_at, %s, _sdc_lsn from {incoming} "
        "on conflict ({key}) do update set {sets}"
    ).format(
        table=identifier(table), raw=names(raw), own=names(own), incoming=sql.Identifier(incoming),
        key=names(table.raw_key), sets=sql.SQL(", ").join(sets),
    )  # fmt: skip


def _mark(table: Captured, gone: str) -> sql.Composable:
    return sql.SQL(
        "update {} r set _sdc_deleted_at = g._sdc_deleted_at, _sdc_lsn = g._sdc_lsn, _sdc_extracted_at = %s "
        "from {} g where r._sdc_deleted_at is null and {}"
    ).format(identifier(table), sql.Identifier(gone), same_key(table, "r", "g"))


def _truncate(table: Captured) -> sql.Composable:
    return sql.SQL("update {} set _sdc_deleted_at = %s, _sdc_extracted_at = %s where _sdc_deleted_at is null").format(
        identifier(table)
    )
