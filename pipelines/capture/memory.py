"""What the warehouse remembers of the capture: the position, the tables, the pieces of copies.

Everything is written in the caller's transaction, so that a position never says more than what is stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg2.extensions import connection

from app.clock import wall
from pipelines.capture.captured import Captured, RawColumn

SOURCE = "production"
CHANNEL = "plumbline_raw"


def to_text(lsn: int) -> str:
    """A position as PostgreSQL writes it: `16/B374D848`."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"


def to_number(lsn: str | None) -> int:
    """A position from PostgreSQL's text; 0 for none."""
    if not lsn:
        return 0
    high, _, low = lsn.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


@dataclass(frozen=True)
class Remembered:
    """How far the capture is.

    Attributes:
        slot: in production.
        system_id: of the production server on which the slot was made.
        database: in which it was made.
        generation: number of the newest copy.
        is_slot_made: whether the slot was made for this generation; if not, one of its name is a left-over.
        confirmed: all transactions that ended before it are in the raw tables; 0 before the first.
    """

    slot: str
    system_id: str
    database: str
    generation: int
    is_slot_made: bool
    confirmed: int


@dataclass(frozen=True)
class Piece:
    """A range of blocks of a table (or of one leaf of a partitioned one); without an end, to its end."""

    relation: int
    generation: int
    leaf: str
    first_block: int
    end_block: int | None


def recall(warehouse: connection) -> Remembered | None:
    """What is remembered; None before the first time."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "select slot, system_id, database, generation, is_slot_made, confirmed_lsn::text from portal.capture "
            "where source = %s", (SOURCE,),
        )  # fmt: skip
        row = cursor.fetchone()
    if row is None:
        return None
    name, system_id, database, generation, is_slot_made, confirmed = row
    return Remembered(name, system_id, database, generation, is_slot_made, to_number(confirmed))


def begin(warehouse: connection, slot: str, system_id: str, database: str) -> Remembered:
    """A new generation: its slot is still to be made, every table to be copied."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "insert into portal.capture (source, slot, system_id, database, generation) values (%s, %s, %s, %s, 1) "
            "on conflict (source) do update set slot = excluded.slot, system_id = excluded.system_id, "
            "database = excluded.database, generation = portal.capture.generation + 1, is_slot_made = false, "
            "wants_anew = false, confirmed_lsn = null returning generation", (SOURCE, slot, system_id, database),
        )  # fmt: skip
        ((generation,),) = cursor.fetchall()
    return Remembered(slot, system_id, database, generation, False, 0)


def slot_made(warehouse: connection, lsn: int) -> None:
    """The slot is there; the log is kept from this position on."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "update portal.capture set is_slot_made = true, confirmed_lsn = %s where source = %s",
            (to_text(lsn), SOURCE),
        )


def confirm(warehouse: connection, lsn: int) -> None:
    """Everything up to this position is stored, by this very transaction."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "update portal.capture set confirmed_lsn = greatest(confirmed_lsn, %s::pg_lsn), heard_at = %s, "
            "error = null, error_since = null where source = %s", (to_text(lsn), wall(), SOURCE),
        )  # fmt: skip


def note_error(warehouse: connection, error: str) -> None:
    """Why it does not go on, and since when; makes no row where nothing is remembered yet."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "update portal.capture set error = %s, error_since = coalesce(error_since, %s) where source = %s",
            (error, wall(), SOURCE),
        )


def tables(warehouse: connection) -> dict[int, Captured]:
    """The captured tables by their relation."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "select relation, schema, name, raw_name, key, columns, state, is_in_place, generation, until_lsn::text "
            "from portal.capture_table where source = %s order by relation", (SOURCE,),
        )  # fmt: skip
        return {
            relation: Captured(
                relation, schema, name, raw_name, tuple(key), tuple(RawColumn(**column) for column in columns), state,
                is_in_place, generation, to_number(until),
            )
            for relation, schema, name, raw_name, key, columns, state, is_in_place, generation, until in cursor
        }  # fmt: skip


def keep(warehouse: connection, table: Captured) -> None:
    """Writes down a table as it is now."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "insert into portal.capture_table (source, relation, schema, name, raw_name, key, columns, state, "
            "is_in_place, generation, until_lsn) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "on conflict (source, relation) do update set schema = excluded.schema, name = excluded.name, "
            "raw_name = excluded.raw_name, key = excluded.key, columns = excluded.columns, state = excluded.state, "
            "is_in_place = excluded.is_in_place, generation = excluded.generation, until_lsn = excluded.until_lsn",
            (SOURCE, table.relation, table.schema, table.name, table.raw_name, list(table.key),
             json.dumps([asdict(column) for column in table.columns]), table.state, table.is_in_place,
             table.generation, to_text(table.until) if table.until else None),
        )  # fmt: skip


def forget(warehouse: connection, relation: int) -> None:
    """A table that production no longer has; its raw rows stay."""
    with warehouse.cursor() as cursor:
        cursor.execute("delete from portal.capture_table where source = %s and relation = %s", (SOURCE, relation))


def plan(warehouse: connection, pieces: Iterable[Piece]) -> None:
    """The pieces of a copy that begins; those of an earlier one of the table are forgotten."""
    with warehouse.cursor() as cursor:
        for piece in pieces:
            cursor.execute(
                "delete from portal.capture_piece where source = %s and relation = %s and generation < %s",
                (SOURCE, piece.relation, piece.generation),
            )
            cursor.execute(
                "insert into portal.capture_piece (source, relation, generation, leaf, first_block, end_block) "
                "values (%s, %s, %s, %s, %s, %s)",
                (SOURCE, piece.relation, piece.generation, piece.leaf, piece.first_block, piece.end_block),
            )


def undone(warehouse: connection) -> Sequence[Piece]:
    """The pieces that are still to be copied, in their order."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "select p.relation, p.generation, p.leaf, p.first_block, p.end_block from portal.capture_piece p "
            "join portal.capture_table t using (source, relation, generation) "
            "where p.source = %s and p.done_at is null and t.state = 'copying' "
            "order by p.relation, p.leaf, p.first_block", (SOURCE,),
        )  # fmt: skip
        return [Piece(*row) for row in cursor.fetchall()]


def piece_done(warehouse: connection, piece: Piece, rows: int) -> None:
    """The piece's rows are stored, by this very transaction."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "update portal.capture_piece set done_at = %s, row_count = %s where source = %s and relation = %s "
            "and generation = %s and leaf = %s and first_block = %s",
            (wall(), rows, SOURCE, piece.relation, piece.generation, piece.leaf, piece.first_block),
        )


def changed(warehouse: connection, stream: str, rows: int, *, event_at: datetime | None, lsn: int) -> None:
    """The newest change of a stream, and how many rows it has brought so far."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "insert into portal.newest_change as n (source, stream, event_at, received_at, lsn, row_count) "
            "values (%s, %s, %s, %s, %s, %s) on conflict (source, stream) do update set "
            "event_at = coalesce(excluded.event_at, n.event_at), received_at = excluded.received_at, "
            "lsn = coalesce(excluded.lsn, n.lsn), row_count = n.row_count + excluded.row_count",
            (SOURCE, stream, event_at, wall(), to_text(lsn) if lsn else None, rows),
        )


def announce(warehouse: connection) -> None:
    """Tells whoever listens, once the transaction is committed."""
    with warehouse.cursor() as cursor:
        cursor.execute(f"notify {CHANNEL}, '{SOURCE}'")


def by_raw_name(tables: Mapping[int, Captured]) -> dict[str, Captured]:
    """The captured tables by their raw table."""
    return {table.raw_name: table for table in tables.values()}


@dataclass(frozen=True)
class Progress:
    """How far the reader is: position, pieces copied, and what keeps it, if anything."""

    confirmed: int
    pieces: int
    error: str | None


def progress(warehouse: connection) -> Progress:
    """How far the reader is."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "select confirmed_lsn::text, error, (select count(*) from portal.capture_piece p "
            "where p.source = c.source and p.done_at is not null) from portal.capture c where source = %s", (SOURCE,),
        )  # fmt: skip
        row = cursor.fetchone()
    return Progress(to_number(row[0]), row[2], row[1]) if row else Progress(0, 0, None)


def is_there(warehouse: connection, lsn: int) -> bool:
    """Whether all that was committed before this position can be seen in the raw tables."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "select exists (select from portal.capture where source = %(source)s and confirmed_lsn >= %(lsn)s "
            "and is_slot_made and not wants_anew) and not exists "
            "(select from portal.capture_table where source = %(source)s and state <> 'live')",
            {"source": SOURCE, "lsn": to_text(lsn)},
        )
        return cursor.fetchall() == [(True,)]


def ask_anew(warehouse: connection) -> None:
    """Asks whoever reads, or will read, to copy all tables anew."""
    with warehouse.cursor() as cursor:
        cursor.execute("update portal.capture set wants_anew = true where source = %s", (SOURCE,))


def wants_anew(warehouse: connection) -> bool:
    """Whether somebody has asked for all tables to be copied anew."""
    with warehouse.cursor() as cursor:
        cursor.execute("select exists (select from portal.capture where source = %s and wants_anew)", (SOURCE,))
        return cursor.fetchall() == [(True,)]
