"""What would change if one file took another's place: rows added, changed and removed, by what names a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .schema import FileSchema, Row


@dataclass(frozen=True)
class Change:
    """A row before and after; one of them is None where it is new or gone."""

    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        return self.after or self.before or {}


@dataclass(frozen=True)
class Difference:
    """In the order of the files; rows that only moved do not count."""

    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    removed: tuple[Change, ...]

    @property
    def all(self) -> tuple[Change, ...]:
        return (*self.changed, *self.added, *self.removed)


def difference(before: Sequence[Row], after: Sequence[Row], schema: FileSchema) -> Difference:
    """What changes from one file's rows to another's."""
    old = {schema.key_of(row): row for row in before}
    new = {schema.key_of(row): row for row in after}
    return Difference(
        tuple(Change(None, row) for key, row in new.items() if key not in old),
        tuple(Change(old[key], row) for key, row in new.items() if key in old and not _equal(old[key], row, schema)),
        tuple(Change(row, None) for key, row in old.items() if key not in new),
    )


def _equal(one: Row, other: Row, schema: FileSchema) -> bool:
    return all(one[name] == other[name] for name in schema.header)
