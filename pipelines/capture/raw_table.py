"""Raw tables: made, and fitted to what production's tables have become. No column and no row is ever dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from pipelines.capture.captured import OWN_COLUMNS, RAW_SCHEMA, Captured, RawColumn
from pipelines.capture.drift import Drift
from pipelines.capture.messages import Relation, TypeName
from pipelines.capture.origin import Published
from pipelines.capture.raw_types import column_for, holds, raw_type, widened


@dataclass(frozen=True)
class Fitted:
    """A table after it was fitted: what is to be told, and which columns existing rows may have values for."""

    table: Captured
    drifts: tuple[Drift, ...] = ()
    filled: tuple[str, ...] = ()


def identifier(table: Captured) -> sql.Composable:
    """The raw table, where it is now."""
    return sql.Identifier(table.raw_schema, table.raw_name)


def names(columns: Sequence[str], prefix: str = "") -> sql.Composable:
    """Quoted names with commas between, each after the prefix."""
    return sql.SQL(", ").join(sql.SQL(prefix) + sql.Identifier(name) for name in columns)


def same_key(table: Captured, left: str, right: str, right_names: Sequence[str] | None = None) -> sql.Composable:
    """The condition that two rows have one key; `left` is an alias of the raw table."""
    pairs = zip(table.raw_key, right_names or table.raw_key, strict=True)
    pair = sql.SQL(f"{left}.{{}} = {right}.{{}}")
    return sql.SQL(" and ").join(pair.format(sql.Identifier(one), sql.Identifier(other)) for one, other in pairs)


def exists(cursor: Cursor, raw_name: str) -> bool:
    """Whether people see a raw table of that name."""
    return bool(columns_of(cursor, RAW_SCHEMA, raw_name))


def columns_of(cursor: Cursor, schema: str, raw_name: str) -> dict[str, str]:
    """The columns of a raw table with their types; empty where there is no such table."""
    cursor.execute(
        "select a.attname::text, format_type(a.atttypid, null) from pg_attribute a "
        "join pg_class c on c.oid = a.attrelid where c.relnamespace = to_regnamespace(%s) and c.relname = %s "
        "and a.attnum > 0 and not a.attisdropped "
        "order by a.attnum", (schema, raw_name),
    )  # fmt: skip
    return dict(cursor.fetchall())


def make(cursor: Cursor, table: Captured) -> None:
    """Makes the table anew, empty, out of people's sight."""
    columns = {column.raw: column.raw_type for column in table.columns} | OWN_COLUMNS
    cursor.execute(sql.SQL("drop table if exists {}").format(identifier(table)))
    listed = sql.SQL(", ").join(sql.Identifier(name) + sql.SQL(f" {kind}") for name, kind in columns.items())
    cursor.execute(sql.SQL("create table {} ({})").format(identifier(table), listed))


def adopt(cursor: Cursor, table: Captured, published: Published) -> Captured:
    """The table with columns of the raw table that is there already, which gets what it lacks."""
    there = columns_of(cursor, table.raw_schema, table.raw_name)
    for name, kind in OWN_COLUMNS.items():
        if name not in there:
            _add(cursor, table, name, kind)
    known = {column.name: column for column in table.columns}
    columns = []
    for name, oid, wanted in published.columns:
        column, _ = _placed(cursor, table, there, known.get(name), name, oid, wanted)
        columns.append(column)
    return replace(table, columns=tuple(columns))


def fit(cursor: Cursor, table: Captured, relation: Relation, types: Mapping[int, TypeName]) -> Fitted:
    """Brings the raw table to what the log says that production's looks like now."""
    known = {column.name: column for column in table.columns}
    there = columns_of(cursor, table.raw_schema, table.raw_name)
    drifts, filled, columns = _renamed(table, relation), [], []
    for each in relation.columns:
        before = known.get(each.name)
        if before is not None and before.type_oid == each.type_oid:
            columns.append(before)
            continue
        told = types.get(each.type_oid)
        wanted = raw_type(each.type_oid, told.schema if told else "", told.name if told else "")
        column, is_new = _placed(cursor, table, there, before, each.name, each.type_oid, wanted)
        columns.append(column)
        drifts.append(_drift_of(table, before, column, wanted))
        if is_new or before is None:
            filled.append(each.name)
    drifts += [_dropped(table, name) for name in known if name not in {each.name for each in relation.columns}]
    fitted = replace(table, schema=relation.schema, name=relation.name, columns=tuple(columns))
    return Fitted(fitted, tuple(drifts), tuple(filled))


def _placed(
    cursor: Cursor, table: Captured, there: dict[str, str], before: RawColumn | None, name: str, oid: int, wanted: str
) -> tuple[RawColumn, bool]:
    """The raw column that takes the values, made or widened where need be, and whether it was made for them."""
    for raw in (before.raw if before else name, name):
        if raw in there and holds(there[raw], wanted):
            return RawColumn(name, raw, oid, there[raw]), False
    if name not in there:
        _add(cursor, table, name, wanted)
        there[name] = wanted
        return RawColumn(name, name, oid, wanted), True
    wider = widened(there[name], wanted)
    if wider is not None and _widen(cursor, table, name, wider):
        there[name] = wider
        return RawColumn(name, name, oid, wider), False
    second = column_for(name, wanted)
    if second not in there:
        _add(cursor, table, second, wanted)
        there[second] = wanted
    return RawColumn(name, second, oid, there[second]), True


def _add(cursor: Cursor, table: Captured, name: str, kind: str) -> None:
    statement = sql.SQL(f"alter table {{}} add column if not exists {{}} {kind}")
    cursor.execute(statement.format(identifier(table), sql.Identifier(name)))


def _widen(cursor: Cursor, table: Captured, name: str, kind: str) -> bool:
    """Widens a column in place; False where a view stands on it, so that it cannot be."""
    cursor.execute("savepoint widening")
    try:
        statement = sql.SQL(f"alter table {{}} alter column {{}} type {kind}")
        cursor.execute(statement.format(identifier(table), sql.Identifier(name)))
    except psycopg2.errors.FeatureNotSupported:
        cursor.execute("rollback to savepoint widening")
        return False
    cursor.execute("release savepoint widening")
    return True


def _renamed(table: Captured, relation: Relation) -> list[Drift]:
    if (table.schema, table.name) == (relation.schema, relation.name):
        return []
    return [Drift(
        table.raw_name, "renamed_table", f"{relation.schema}.{relation.name}", f"{table.schema}.{table.name}",
        f"Its rows go on into {RAW_SCHEMA}.{table.raw_name}; nothing has to be done.",
    )]  # fmt: skip


def _drift_of(table: Captured, before: RawColumn | None, column: RawColumn, wanted: str) -> Drift:
    if before is None:
        return Drift(
            table.raw_name, "new_column", f"the column {column.name}, {wanted}", "no such column",
            f"It is loaded as {column.raw}. Read it in models/staging/ if figures need it.",
        )  # fmt: skip
    where = "as before" if column.raw == before.raw else f"as {column.raw}, and {before.raw} is empty from now on"
    return Drift(
        table.raw_name, "changed_type", f"{column.name} as {wanted}", f"{column.name} as {before.raw_type}",
        f"It is loaded {where}." + ("" if column.raw == before.raw else " Read it in models/staging/ from there."),
    )  # fmt: skip


def _dropped(table: Captured, name: str) -> Drift:
    return Drift(
        table.raw_name, "dropped_column", f"no column {name}", f"the column {name}",
        "What was loaded of it stays; rows that change from now on have nothing there. Change models that need it.",
    )  # fmt: skip
