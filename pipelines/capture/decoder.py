"""Reads one message of pgoutput (protocol version 1): bytes in, a typed message out. Pure.

After the PostgreSQL manual, "Logical Replication Message Formats".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from struct import Struct
from struct import error as StructError  # noqa: N812

from app.errors import SourceDown
from pipelines.capture.messages import (
    NULL,
    UNCHANGED,
    Begin,
    Column,
    Commit,
    Delete,
    Insert,
    Message,
    Other,
    Relation,
    Row,
    Truncate,
    TypeName,
    Update,
)

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
OTHERS = {ord("O"): "origin", ord("M"): "message"}
_TEXT, _NULL, _UNCHANGED = b"tnu"
_OLD_KEY, _OLD_ROW = b"KO"
MARKS = {_NULL: NULL, _UNCHANGED: UNCHANGED}
TEXT_BEGINS = b"t\x00\x00"
SHORT = 0xFFFF
"""A message of so many bytes has no value whose length takes more than two bytes."""
_short, _long = Struct("!H").unpack_from, Struct("!I").unpack_from
_begin, _commit = Struct("!QqI").unpack_from, Struct("!QQq").unpack_from
_column, _truncate = Struct("!Ii").unpack_from, Struct("!IB").unpack_from


def decode(payload: bytes) -> Message:
    """The message that the bytes hold.

    Raises:
        SourceDown: the bytes are none of the messages of protocol version 1 in text format.
    """
    reader = READERS.get(payload[0]) if payload else None
    try:
        if reader is not None:
            return reader(payload)
    except (StructError, IndexError, KeyError, ValueError) as error:
        raise SourceDown(_unreadable(payload, str(error))) from None
    raise SourceDown(_unreadable(payload, "no such kind"))


def _unreadable(payload: bytes, why: str) -> str:
    return (
        f"A message of production's log cannot be read: kind {payload[:1]!r}, {len(payload)} bytes ({why}). Expected "
        "one of pgoutput's protocol version 1, with values as text. Check that the slot was made with pgoutput."
    )


def _last_row(buffer: bytes, at: int) -> Row:
    """The row that begins there and ends with the message.

    Nearly all rows are read here, and value by value is what reading costs. No text has a zero byte, so in a message
    of less than 64 kB two of them after a `t` begin a value and nothing else: one cut gives all values at once, each
    behind the two bytes of its length. What is not a text (null, unchanged) hangs on the value before it.
    """
    if len(buffer) - at > SHORT:
        return _read_row(buffer, at)[0]
    first, *cut = buffer[at + 2 :].split(TEXT_BEGINS)
    count = buffer[at] << 8 | buffer[at + 1]
    if len(cut) == count and not first and cut and len(cut[-1]) == (cut[-1][0] << 8 | cut[-1][1]) + 2:
        return [value[2:] for value in cut]
    row: Row = [MARKS[kind] for kind in first]
    add = row.append
    for value in cut:
        end = (value[0] << 8 | value[1]) + 2
        add(value[2:end])
        if len(value) != end:
            if len(value) < end:
                raise ValueError("it ends within a row")
            row += [MARKS[kind] for kind in value[end:]]
    if len(row) != count:
        raise ValueError(f"{len(row)} values of {count}")
    return row


def _read_row(buffer: bytes, at: int) -> tuple[Row, int]:
    """The row that begins there, and where it ends; value by value."""
    (count,) = _short(buffer, at)
    at += 2
    row: Row = []
    add = row.append
    for _ in range(count):
        kind = buffer[at]
        if kind == _TEXT:
            (length,) = _long(buffer, at + 1)
            at += 5 + length
            add(buffer[at - length : at])
        elif kind == _NULL:
            at += 1
            add(NULL)
        elif kind == _UNCHANGED:
            at += 1
            add(UNCHANGED)
        else:
            raise ValueError(f"a value of kind {chr(kind)!r}")
    if at > len(buffer):
        raise ValueError("it ends within a row")
    return row, at


def _insert(buffer: bytes) -> Insert:
    return Insert(_long(buffer, 1)[0], _last_row(buffer, 6))


def _update(buffer: bytes) -> Update:
    relation = _long(buffer, 1)[0]
    if buffer[5] in (_OLD_KEY, _OLD_ROW):
        old, at = _read_row(buffer, 6)
        return Update(relation, old, _last_row(buffer, at + 1))
    return Update(relation, None, _last_row(buffer, 6))


def _delete(buffer: bytes) -> Delete:
    return Delete(_long(buffer, 1)[0], _last_row(buffer, 6))


def _truncated(buffer: bytes) -> Truncate:
    count, _ = _truncate(buffer, 1)
    return Truncate(tuple(_long(buffer, 6 + 4 * each)[0] for each in range(count)))


def _begun(buffer: bytes) -> Begin:
    lsn, at, xid = _begin(buffer, 1)
    return Begin(lsn, _instant(at), xid)


def _committed(buffer: bytes) -> Commit:
    lsn, end, at = _commit(buffer, 2)
    return Commit(lsn, end, _instant(at))


def _relation(buffer: bytes) -> Relation:
    (oid,) = _long(buffer, 1)
    schema, at = _read_text(buffer, 5)
    name, at = _read_text(buffer, at)
    identity = chr(buffer[at])
    (count,) = _short(buffer, at + 1)
    at += 3
    columns = []
    for _ in range(count):
        is_key = bool(buffer[at] & 1)
        column, at = _read_text(buffer, at + 1)
        type_oid, modifier = _column(buffer, at)
        at += 8
        columns.append(Column(column, type_oid, modifier, is_key))
    return Relation(oid, schema or "pg_catalog", name, identity, tuple(columns))


def _type(buffer: bytes) -> TypeName:
    schema, at = _read_text(buffer, 5)
    return TypeName(_long(buffer, 1)[0], schema or "pg_catalog", _read_text(buffer, at)[0])


def _read_text(buffer: bytes, at: int) -> tuple[str, int]:
    end = buffer.index(0, at)
    return buffer[at:end].decode(), end + 1


def _other(buffer: bytes) -> Other:
    return Other(OTHERS[buffer[0]])


def _instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


READERS: dict[int, Callable[[bytes], Message]] = {
    ord("I"): _insert, ord("U"): _update, ord("D"): _delete, ord("T"): _truncated, ord("B"): _begun,
    ord("C"): _committed, ord("R"): _relation, ord("Y"): _type, **dict.fromkeys(OTHERS, _other),
}  # fmt: skip
