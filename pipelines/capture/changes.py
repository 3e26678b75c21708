"""From messages to batches: the last state of each key, transactions never half. Pure.

A transaction that is larger than a batch goes on in chunks; only the last of them is `is_whole`, and only with it may
what was applied become visible.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from app.errors import SourceDown
from pipelines.capture.messages import (
    NULL,
    UNCHANGED,
    Begin,
    Commit,
    Delete,
    Insert,
    Message,
    PackedRow,
    Relation,
    Row,
    Truncate,
    TypeName,
    Update,
    packed,
    values_of,
)

MOST_CHANGES = 20_000
"""Enough that what a chunk costs by itself is little, and few enough that reading and applying go side by side."""
MOST_BYTES = 64_000_000
Key = tuple[bytes, ...]


class State(NamedTuple):
    """The last state of a key.

    Attributes:
        row: its row; None where all that is known is that it was deleted.
        lsn: of the transaction that brought it about.
        deleted_at: when it was deleted; None while it lives.
        base: the key under which the raw table has the large values that the log does not repeat; None where the
            row is whole.
    """

    row: PackedRow | None
    lsn: int
    deleted_at: datetime | None = None
    base: Key | None = None


@dataclass
class TableChanges:
    """What happens to one table in a chunk. `truncated_at`: before all of `states`, every row was deleted."""

    relation: Relation
    key: tuple[int, ...]
    states: dict[Key, State] = field(default_factory=dict)
    truncated_at: datetime | None = None
    count: int = 0
    last_at: datetime | None = None
    last_lsn: int = 0


@dataclass
class Chunk:
    """A part of the log to be applied.

    Attributes:
        relations: descriptions of tables that came anew, to be fitted before the changes are applied.
        types: types that are not built in, by oid.
        tables: the changes, by relation.
        lsn: where the log goes on after it; 0 while no transaction has ended in it.
        committed_at: of its newest transaction.
        is_whole: whether it ends with a transaction, so that it may become visible.
        size: changes in it; what decides when it is full.
    """

    relations: list[Relation] = field(default_factory=list)
    types: dict[int, TypeName] = field(default_factory=dict)
    tables: dict[int, TableChanges] = field(default_factory=dict)
    lsn: int = 0
    committed_at: datetime | None = None
    is_whole: bool = True
    size: int = 0
    bytes: int = 0


class Assembler:
    """Takes messages in the order of the log, gives chunks.

    Args:
        keys: relation → names of its key columns, of the tables that are captured.
        passed_over: relations whose changes are none of our business.

    Attributes:
        unknown: relations of which there were changes, and that are neither.
    """

    def __init__(self, keys: Mapping[int, tuple[str, ...]], passed_over: Collection[int] = ()) -> None:
        self.keys = keys
        self.passed_over = passed_over
        self.unknown: set[int] = set()
        self._relations: dict[int, Relation] = {}
        self._begun: Begin | None = None
        self._chunk = Chunk()
        self._done: list[Chunk] = []
        self._takers: Mapping[type, Callable[[Any], None]] = {
            Insert: self._insert, Update: self._update, Delete: self._delete, Begin: self._begin, Commit: self._commit,
            Truncate: self._truncate, Relation: self._describe, TypeName: self._name,
        }  # fmt: skip

    @property
    def is_between(self) -> bool:
        """Whether no transaction is half read."""
        return self._begun is None

    @property
    def has_whole(self) -> bool:
        """Whether there is something to hand over that may become visible at once."""
        return bool(self._done) or (self.is_between and self._chunk.lsn > 0)

    @property
    def is_full(self) -> bool:
        return bool(self._done) or self._chunk.size >= MOST_CHANGES or self._chunk.bytes >= MOST_BYTES

    def give(self) -> Chunk:
        """The next chunk, in order; what is being read goes on in a new one."""
        if self._done:
            return self._done.pop(0)
        chunk, self._chunk = self._chunk, Chunk()
        chunk.is_whole = self.is_between
        return chunk

    def take(self, message: Message, size: int = 0) -> None:
        """Takes the next message; `size` is its length in bytes.

        Raises:
            SourceDown: the log no longer tells which row of a table is meant.
        """
        self._chunk.bytes += size
        take = self._takers.get(type(message))
        if take is not None:
            take(message)

    def _begin(self, message: Begin) -> None:
        self._begun = message

    def _commit(self, message: Commit) -> None:
        self._chunk.lsn, self._chunk.committed_at = message.end_lsn, message.committed_at
        self._begun = None

    def _name(self, message: TypeName) -> None:
        self._chunk.types[message.oid] = message

    def _describe(self, relation: Relation) -> None:
        """A table looks otherwise from here on: one chunk knows one look of each."""
        if self._relations.get(relation.oid) == relation:
            return
        if relation.oid in self._chunk.tables:
            types = self._chunk.types
            self._done.append(self._cut())
            self._chunk.types = types
        self._relations[relation.oid] = relation
        if relation.oid in self.keys:
            self._chunk.relations.append(relation)

    def _cut(self) -> Chunk:
        chunk, self._chunk = self._chunk, Chunk()
        chunk.is_whole = self.is_between
        return chunk

    def _changes(self, oid: int) -> TableChanges | None:
        """What happens to a table in this chunk, which is one change more; None where it is none of our business."""
        changes = self._chunk.tables.get(oid)
        if changes is None:
            if oid not in self.keys:
                if oid not in self.passed_over:
                    self.unknown.add(oid)
                return None
            relation = self._relations[oid]
            changes = TableChanges(relation, _key_columns(relation, self.keys[oid]))
            self._chunk.tables[oid] = changes
        now = self._now
        changes.count += 1
        self._chunk.size += 1
        changes.last_at, changes.last_lsn = now.committed_at, now.lsn
        return changes

    @property
    def _now(self) -> Begin:
        if self._begun is None:
            raise SourceDown(
                "Production's log tells a change outside of a transaction. Expected Begin before it. Check that the "
                "slot's plugin is pgoutput with protocol version 1."
            )
        return self._begun

    def _insert(self, message: Insert) -> None:
        if (changes := self._changes(message.relation)) is not None:
            new = message.new
            changes.states[_key_of(changes, new)] = State(packed(new), changes.last_lsn)

    def _update(self, message: Update) -> None:
        if (changes := self._changes(message.relation)) is None:
            return
        _, old, new = message
        if old is not None:  # a key that is large and stays as it was is told in the old row only
            new = [old[at] if value == UNCHANGED and at in changes.key else value for at, value in enumerate(new)]
        key = _key_of(changes, new)
        former = key if old is None else _key_of(changes, old)
        before = changes.states.get(former)
        base = None
        if UNCHANGED in new:
            new, base = _completed(new, before, old if changes.relation.identity == "f" else None, former)
        if former != key:
            self._end(changes, former)
        changes.states[key] = State(packed(new), changes.last_lsn, None, base)

    def _delete(self, message: Delete) -> None:
        if (changes := self._changes(message.relation)) is not None:
            self._end(changes, _key_of(changes, message.old))

    def _end(self, changes: TableChanges, key: Key) -> None:
        """The row of that key lives no more."""
        before = changes.states.get(key)
        at = self._now.committed_at
        if before is None or before.row is None or before.deleted_at is not None:
            changes.states[key] = State(None, self._now.lsn, at)
        else:
            changes.states[key] = State(before.row, self._now.lsn, at, before.base)

    def _truncate(self, message: Truncate) -> None:
        for oid in message.relations:
            if (changes := self._changes(oid)) is None:
                continue
            for key in changes.states:
                if changes.states[key].deleted_at is None:
                    self._end(changes, key)
            changes.truncated_at = self._now.committed_at


def _completed(new: Row, before: State | None, old: Row | None, former: Key) -> tuple[Row, Key | None]:
    """The row with the large values that are known from earlier in the batch, and where the others are."""
    known = old
    if before is not None and before.row is not None and before.deleted_at is None:
        known = values_of(before.row)
    if known is None:
        return new, former
    row = [there if value == UNCHANGED else value for value, there in zip(new, known, strict=True)]
    if UNCHANGED not in row:
        return row, None
    return row, before.base if before is not None and before.row is not None else former


def _key_columns(relation: Relation, names: tuple[str, ...]) -> tuple[int, ...]:
    """Where in a row the key stands.

    Raises:
        SourceDown: production no longer logs which row is meant, or by another key than we know.
    """
    place = {column.name: index for index, column in enumerate(relation.columns)}
    flagged = {index for index, column in enumerate(relation.columns) if column.is_key}
    key = tuple(place[name] for name in names if name in place)
    if len(key) == len(names) and (relation.identity == "f" or set(key) == flagged):
        return key
    found = ", ".join(relation.columns[index].name for index in sorted(flagged)) or "none"
    raise SourceDown(
        f"The key of {relation.schema}.{relation.name} in production has changed: columns that its log names: {found}. "
        f"Expected: {', '.join(names)}. Give the table its primary key (or REPLICA IDENTITY USING INDEX) back, or copy "
        "it anew with `python -m pipelines.capture --once --anew`."
    )


def _key_of(changes: TableChanges, row: Row) -> Key:
    key = tuple([row[index] for index in changes.key])
    if NULL in key:
        raise SourceDown(
            f"Production's log tells a row of {changes.relation.schema}.{changes.relation.name} without its key. "
            "Expected a replica identity of columns that are never null."
        )
    return key
