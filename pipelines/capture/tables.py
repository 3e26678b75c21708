"""Which tables are captured: what production publishes now, against what is remembered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from app.clock import wall
from pipelines.capture import copying, memory, raw_table
from pipelines.capture.captured import COPY_SCHEMA, RAW_SCHEMA, Captured, RawColumn
from pipelines.capture.drift import Drift
from pipelines.capture.origin import Published, refuse_unfit
from pipelines.capture.raw_key import ensure_key

PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Agreed:
    """The tables to capture, what is to be told, and the relations whose changes are passed over."""

    tables: Mapping[int, Captured]
    drifts: tuple[Drift, ...]
    passed_over: frozenset[int]


def agree(
    production: connection, warehouse: connection, published: Sequence[Published], piece_bytes: int, *, anew: bool
) -> Agreed:
    """Brings what is remembered to what is published: new tables are planned, lost ones forgotten, rows never.

    Args:
        production: to ask for sizes.
        warehouse: where it is remembered, in one transaction.
        published: what production publishes now.
        piece_bytes: size of a piece of a copy.
        anew: whether all is to be copied again.

    Raises:
        SourceDown: a table that is to be captured cannot be.
    """
    known = memory.tables(warehouse)
    is_first = not known
    unfit = [table for table in published if _is_unfit(table) and table.relation not in known and not is_first]
    fit = [table for table in published if table not in unfit]
    refuse_unfit(fit)
    drifts = [*_lost(known, fit), *(_refused(table) for table in unfit)]
    for relation in known.keys() - {table.relation for table in fit}:
        _forget(warehouse, known.pop(relation))
    agreed: dict[int, Captured] = {}
    for each in fit:
        before = known.get(each.relation)
        agreed[each.relation] = _agree(production, warehouse, each, before, known, piece_bytes, anew)
        if before is None:
            known[each.relation] = agreed[each.relation]
            drifts += [] if is_first else [_new(agreed[each.relation])]
    warehouse.commit()
    return Agreed(agreed, tuple(drifts), frozenset(table.relation for table in unfit))


def _agree(
    production: connection, warehouse: connection, published: Published, before: Captured | None,
    known: Mapping[int, Captured], piece_bytes: int, anew: bool,
) -> Captured:  # fmt: skip
    """The table as it is remembered from now on; planned anew where its copy has to begin (again)."""
    with warehouse.cursor() as cursor:
        if before is not None and not anew:
            there = raw_table.columns_of(cursor, before.raw_schema, before.raw_name)
            if there and (before.state != "copying" or _is_as_planned(cursor, before, published)):
                return before
        raw_name = before.raw_name if before else _name(published, known)
        is_in_place = raw_table.exists(cursor, raw_name)
        columns = tuple(RawColumn(name, name, oid, kind) for name, oid, kind in published.columns)
        if before is not None and is_in_place:
            columns = before.columns
        table = Captured(
            published.relation, published.schema, published.name, raw_name, published.key, columns, "copying",
            is_in_place, (before.generation if before else _last_version(cursor, raw_name)) + 1,
        )  # fmt: skip
        if is_in_place:
            table = raw_table.adopt(cursor, table, published)
            ensure_key(cursor, table)
        else:
            raw_table.make(cursor, table)
        copying.stamp(cursor, table, wall())
    memory.keep(warehouse, table)
    memory.plan(warehouse, copying.pieces_of(production, table, piece_bytes))
    return table


def _is_as_planned(cursor: Cursor, before: Captured, published: Published) -> bool:
    """Whether the copy under way is of the table as production has it; and whether it was planned at all."""
    now = tuple((name, oid) for name, oid, _ in published.columns)
    then = tuple((column.name, column.type_oid) for column in before.columns)
    cursor.execute(
        "select exists (select from portal.capture_piece where source = %s and relation = %s and generation = %s)",
        (memory.SOURCE, before.relation, before.generation),
    )
    return now == then and cursor.fetchall() == [(True,)]


def _last_version(cursor: Cursor, raw_name: str) -> int:
    """The newest copy that a raw table tells of, which an earlier life of ours or another loader has left."""
    if "_sdc_table_version" not in raw_table.columns_of(cursor, RAW_SCHEMA, raw_name):
        return 0
    query = sql.SQL("select coalesce(max(_sdc_table_version), 0) from {}").format(sql.Identifier(RAW_SCHEMA, raw_name))
    cursor.execute(query)
    ((version,),) = cursor.fetchall()
    return int(version)


def _name(published: Published, known: Mapping[int, Captured]) -> str:
    taken = memory.by_raw_name(dict(known))
    return f"{published.stream}__{published.relation}" if published.stream in taken else published.stream


def _forget(warehouse: connection, table: Captured) -> None:
    if table.raw_schema == COPY_SCHEMA:
        with warehouse.cursor() as cursor:
            cursor.execute(sql.SQL("drop table if exists {}").format(raw_table.identifier(table)))
    memory.forget(warehouse, table.relation)


def _is_unfit(table: Published) -> bool:
    return table.identity == "n" or not table.key or not table.may_read


def _lost(known: Mapping[int, Captured], published: Sequence[Published]) -> Iterator[Drift]:
    now = {table.relation for table in published}
    made_anew = {table.stream for table in published if table.relation not in known}
    for relation, table in known.items():
        if relation in now:
            continue
        if table.raw_name in made_anew:
            yield Drift(
                table.raw_name, "table_made_anew", f"another table named {table.schema}.{table.name}",
                f"the table with the number {relation}", "It is copied into the same raw table; rows that it does not "
                "have are marked as deleted.",
            )  # fmt: skip
        else:
            yield Drift(
                table.raw_name, "lost_table", "a publication without it", f"{table.schema}.{table.name} in it",
                f"Its rows stay in {RAW_SCHEMA}.{table.raw_name} as they are. If it was dropped for good, take its "
                "models away; if not, production's owner adds it to the publication again.",
            )  # fmt: skip


def _refused(table: Published) -> Drift:
    return Drift(
        table.stream, "new_table", f"{table.schema}.{table.name} without a key, or without select for our login",
        "a primary key (or REPLICA IDENTITY USING INDEX) and select", "It is not loaded. Give it both, or take it "
        "out of the publication.",
    )  # fmt: skip


def _new(table: Captured) -> Drift:
    return Drift(
        table.raw_name, "new_table", f"{table.schema}.{table.name} in the publication", "no such table",
        f"It is copied into {RAW_SCHEMA}.{table.raw_name} and followed. Models may read it.",
    )  # fmt: skip


def unpublished_drift(schema: str, name: str, publication: str) -> Drift:
    """A table beside the captured ones that is not loaded."""
    return Drift(
        f"{schema}.{name}", "unpublished_table", "a table that the publication does not have", "every table in it",
        f"It is not loaded. To load it, production's owner runs: alter publication {publication} add table "
        f"{_written(schema)}.{_written(name)}; and grants select on it.",
    )  # fmt: skip



def _written(name: str) -> str:
    """A name as a statement takes it."""
    return name if PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'
