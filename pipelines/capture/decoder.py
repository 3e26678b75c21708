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
    except (StructError, IndexError, ValueError) as error:
        raise SourceDown(_unreadable(payload, str(error))) from None
    raise SourceDown(_unreadable(payload, "no such kind"))


def _unreadable(payload: bytes, why: str) -> str:
    return (
        f"A message of production's log cannot be read: kind {payload[:1]!r}, {len(payload)} bytes ({why}). Expected "
        "one of pgoutput's protocol version 1, with values as text. Check that the slot was made with pgoutput."
    )


def _read_row(buffer: bytes, at: int) -> tuple[Row, int]:
    """The row that begins there, and where it ends."""
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
    return Insert(_long(buffer, 1)[0], _read_row(buffer, 6)[0])


def _update(buffer: bytes) -> Update:
    relation = _long(buffer, 1)[0]
    if buffer[5] in (_OLD_KEY, _OLD_ROW):
        old, at = _read_row(buffer, 6)
        return Update(relation, old, _read_row(buffer, at + 1)[0])
    return Update(relation, None, _read_row(buffer, 6)[0])


def _delete(buffer: bytes) -> Delete:
    return Delete(_long(buffer, 1)[0], _read_row(buffer, 6)[0])


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
