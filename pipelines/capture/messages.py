"""The messages of PostgreSQL's logical replication protocol, version 1, as pgoutput writes them.

A row is a list of texts in production's encoding of the wire (UTF-8), one per column in the relation's order. No text
that PostgreSQL holds has a zero byte, so what is no text is told by one: `NULL`, and `UNCHANGED` for a large value that
an update left alone and the log therefore does not repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

NULL = b"\x00N"
UNCHANGED = b"\x00U"
SEPARATOR = b"\x00\t"
Row = list[bytes]
PackedRow = bytes
"""A row that waits: one text, its values with `SEPARATOR` between them. A chunk of wide rows holds half a million
values, and so many small objects would cost more than all else that is done with them."""


def packed(row: Sequence[bytes]) -> PackedRow:
    """The row, to be kept for a while."""
    return SEPARATOR.join(row)


def values_of(row: PackedRow) -> Row:
    """The values of a packed row."""
    return row.split(SEPARATOR)


class Begin(NamedTuple):
    """A transaction begins; the log tells it only after its commit.

    Attributes:
        lsn: where its commit record stands.
        committed_at: production's clock at the commit.
        xid: its number.
    """

    lsn: int
    committed_at: datetime
    xid: int


class Commit(NamedTuple):
    """It is told whole; `end_lsn` is where the log goes on."""

    lsn: int
    end_lsn: int
    committed_at: datetime


class Column(NamedTuple):
    """A column of a relation; `is_key` says whether it is part of the replica identity."""

    name: str
    type_oid: int
    type_modifier: int
    is_key: bool


class Relation(NamedTuple):
    """What the rows that follow look like. `identity` is d (primary key), i (an index), f (the whole row) or n."""

    oid: int
    schema: str
    name: str
    identity: str
    columns: tuple[Column, ...]


class TypeName(NamedTuple):
    """A type that is not built in; of a domain, the name is that of the type it rests on."""

    oid: int
    schema: str
    name: str


class Insert(NamedTuple):
    relation: int
    new: Row


class Update(NamedTuple):
    """`old` is the former key (other columns null) or the former row; None where the key stayed as it was."""

    relation: int
    old: Row | None
    new: Row


class Delete(NamedTuple):
    relation: int
    old: Row


class Truncate(NamedTuple):
    relations: tuple[int, ...]


class Other(NamedTuple):
    """What changes no row: an origin, a message of an application."""

    kind: str


Message = Begin | Commit | Relation | TypeName | Insert | Update | Delete | Truncate | Other
