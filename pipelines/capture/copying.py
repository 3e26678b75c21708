"""The initial state: production's COPY streamed straight into the warehouse's COPY, in restartable pieces.

A piece is a range of blocks. Its rows and the note that it is done are committed together, so that a kill loses at
most the pieces under way. Production sees short reading transactions and no lock that keeps anybody from writing.

Each piece sees another moment. That is made good by the log, which is kept from before the first piece: all that
changed since then is applied once more, and the last state of each row wins.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from queue import Empty, Queue
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from app.clock import wall
from app.errors import SourceDown
from pipelines.capture import memory, origin
from pipelines.capture.captured import Captured
from pipelines.capture.memory import Piece
from pipelines.capture.raw_key import ensure_key
from pipelines.capture.raw_table import identifier, names

PIECE_BYTES = 128 * 2**20
SIDE_BY_SIDE = 2
BUFFER_BYTES = 2**20
Open = Callable[[], connection]


def pieces_of(production: connection, table: Captured, piece_bytes: int = PIECE_BYTES) -> Iterator[Piece]:
    """Ranges of blocks that hold the whole table, leaf by leaf where it is partitioned; each leaf's last is open."""
    leaves = origin.ask(production, _LEAVES, (table.relation, table.relation))
    if not all(may_split for *_, may_split in leaves):
        # Rights on some columns, or on a partitioned table but not on its leaves, let us read no ranges of blocks.
        ((whole,),) = origin.ask(production, _WHOLE, (table.relation,))
        leaves = [(whole, 0, 1, True)]
    for leaf, size, block, _ in leaves:
        step = max(piece_bytes // block, 1)
        for first in range(0, max(size // block, 1), step):
            end = first + step if (first + step) * block < size else None
            yield Piece(table.relation, table.generation, leaf, first, end)


class Copier:
    """Copies pieces, some side by side.

    Args:
        open_production: gives a new connection to production.
        open_warehouse: gives a new connection to the warehouse.
        filters: relation → the publication's filter of its rows.
        stopping: when it is set, no further piece is begun.
    """

    def __init__(
        self, open_production: Open, open_warehouse: Open, filters: Mapping[int, str | None], stopping: threading.Event
    ) -> None:
        self.open_production = open_production
        self.open_warehouse = open_warehouse
        self.filters = filters
        self.stopping = stopping

    def copy(self, tables: Mapping[int, Captured], pieces: Sequence[Piece]) -> None:
        """Copies the pieces; each that is done is done for good.

        Raises:
            SourceDown: production or the warehouse failed; what was done stays.
        """
        waiting: Queue[Piece] = Queue()
        for piece in pieces:
            waiting.put(piece)
        broken = threading.Event()
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="copy") as pool:
            workers = [pool.submit(self._work, tables, waiting, broken) for _ in range(SIDE_BY_SIDE)]
        for worker in workers:
            worker.result()

    def _work(self, tables: Mapping[int, Captured], waiting: Queue[Piece], broken: threading.Event) -> None:
        try:
            with closing(self.open_production()) as production, closing(self.open_warehouse()) as warehouse:
                while not (broken.is_set() or self.stopping.is_set()):
                    try:
                        piece = waiting.get_nowait()
                    except Empty:
                        return
                    copy_piece(production, warehouse, tables[piece.relation], piece, self.filters.get(piece.relation))
        except psycopg2.Error as error:
            broken.set()
            raise SourceDown(
                f"A piece of the copy of production failed: {str(error).strip().splitlines()[0]}. Expected production "
                "and the warehouse to stay. It is copied again; the pieces that are done stay done."
            ) from None
        except BaseException:
            broken.set()
            raise


def copy_piece(
    production: connection, warehouse: connection, table: Captured, piece: Piece, row_filter: str | None = None
) -> int:
    """Copies one piece and notes it as done, in one transaction of the warehouse; how many rows it had."""
    source = _select(production, table, piece, row_filter)
    with warehouse, warehouse.cursor() as cursor:
        target: sql.Composable = sql.Identifier("piece") if table.is_in_place else identifier(table)
        if table.is_in_place:
            cursor.execute("drop table if exists piece")
            make = sql.SQL("create temporary table piece on commit drop as select {} from {} with no data")
            cursor.execute(make.format(names([column.raw for column in table.columns]), identifier(table)))
        rows = _stream(production, source, cursor, _into(warehouse, table, target))
        if table.is_in_place:
            _merge(cursor, table)
        memory.piece_done(warehouse, piece, rows)
        memory.changed(warehouse, table.raw_name, rows, event_at=None, lsn=0)
    return rows


def finish(warehouse: connection, table: Captured, until: int) -> Captured:
    """All pieces are done: the table gets its key, and is consistent as soon as the log is applied up to `until`."""
    done = replace(table, state="catching_up", until=until)
    with warehouse, warehouse.cursor() as cursor:
        ensure_key(cursor, table)
        cursor.execute(sql.SQL("analyze {}").format(identifier(table)))
        memory.keep(warehouse, done)
    return done


def stamp(cursor: Any, table: Captured, now: datetime) -> None:
    """What the copy writes into columns of ours, as defaults: so that COPY itself has nothing more to do."""
    statement = sql.SQL(
        "alter table {} alter column _sdc_extracted_at set default {}, alter column _sdc_table_version set default {}"
    )
    cursor.execute(
        statement.format(identifier(table), sql.Literal(now.replace(tzinfo=None)), sql.Literal(table.generation))
    )


def _select(production: connection, table: Captured, piece: Piece, row_filter: str | None) -> str:
    conditions = [f"ctid >= '({piece.first_block},0)'::tid"] if piece.first_block else []
    conditions += [f"ctid < '({piece.end_block},0)'::tid"] if piece.end_block is not None else []
    conditions += [f"({row_filter})"] if row_filter else []
    where = f" where {' and '.join(conditions)}" if conditions else ""
    listed = names([column.name for column in table.columns]).as_string(production)
    return f"copy (select {listed} from {piece.leaf}{where}) to stdout"


def _into(warehouse: connection, table: Captured, target: sql.Composable) -> str:
    statement = sql.SQL("copy {} ({}) from stdin")
    return statement.format(target, names([column.raw for column in table.columns])).as_string(warehouse)


def _stream(production: connection, source: str, cursor: Any, into: str) -> int:
    """Pipes the one COPY into the other; how many rows came through."""
    outlet, inlet = os.pipe()
    failed: list[BaseException] = []

    def send() -> None:
        pipe = os.fdopen(inlet, "wb", BUFFER_BYTES)
        try:
            with production.cursor() as rows:
                rows.copy_expert(source, pipe)
            pipe.flush()
        except BaseException as error:  # raised again by whoever reads the pipe
            failed.append(error)
        finally:
            with suppress(OSError):  # the reader is gone, and says why
                pipe.close()

    sender = threading.Thread(target=send, name="production's copy")
    sender.start()
    try:
        with os.fdopen(outlet, "rb", BUFFER_BYTES) as pipe:
            cursor.copy_expert(into, pipe, size=BUFFER_BYTES)
    finally:
        sender.join()
    if failed:
        raise failed[0]
    return int(cursor.rowcount)


def _merge(cursor: Any, table: Captured) -> None:
    """The piece's rows into the table that people see; columns that production no longer has keep what they hold."""
    raw = [column.raw for column in table.columns]
    own = ("_sdc_extracted_at", "_sdc_deleted_at", "_sdc_table_version")
    sets = [name for name in (*raw, *own) if name not in table.raw_key]
    statement = sql.SQL(
        "insert into {table} ({names}, {own}) select {names}, %s, null, %s from piece "
        "on conflict ({key}) do update set {sets}"
    )
    cursor.execute(
        statement.format(
            table=identifier(table), names=names(raw), own=names(own), key=names(table.raw_key),
            sets=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in sets),
        ), (wall().replace(tzinfo=None), table.generation),
    )  # fmt: skip


_LEAVES = """
select 'only ' || format('%%I.%%I', n.nspname, c.relname), pg_relation_size(c.oid),
    current_setting('block_size')::integer, has_table_privilege(c.oid, 'select')
from (
    select t.relid::oid as oid from pg_partition_tree(%s::oid::regclass) t where t.isleaf
    union
    select oid from pg_class where oid = %s and relkind = 'r'
) l
join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace
order by 1
"""
_WHOLE = """
select case when c.relkind = 'r' then 'only ' else '' end || format('%%I.%%I', n.nspname, c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = %s
"""
