"""A captured table: how production's relation and our raw table go together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

RAW_SCHEMA = "raw_production"
COPY_SCHEMA = "capture"
"""Where a table is while its first copy is not complete: nobody sees half a table."""

TableState = Literal["copying", "catching_up", "live"]
OWN_COLUMNS = {
    "_sdc_extracted_at": "timestamp without time zone",
    "_sdc_deleted_at": "timestamp without time zone",
    "_sdc_table_version": "bigint",
    "_sdc_lsn": "bigint",
}
"""Columns of ours in each raw table, named as the loader of the other sources names them: when the row was read, when
it was deleted in production, which copy it was last seen in, its transaction's place in the log (null if copied)."""


@dataclass(frozen=True)
class RawColumn:
    """A column of production, and the raw column that holds it."""

    name: str
    raw: str
    type_oid: int
    raw_type: str


@dataclass(frozen=True)
class Captured:
    """A captured table.

    Attributes:
        relation: its oid in production, which stays when it is renamed.
        schema: in production.
        name: in production.
        raw_name: of the raw table.
        key: names of its key columns in production.
        columns: those that production has now; the raw table may have more.
        state: copying its rows; catching up with what changed meanwhile; live.
        is_in_place: whether it is copied into the raw table that people see, since there is one already.
        generation: number of the copy; rows that a complete copy has not seen were deleted.
        until: the position from which on the copy is consistent; 0 where it is or is not known yet.
    """

    relation: int
    schema: str
    name: str
    raw_name: str
    key: tuple[str, ...]
    columns: tuple[RawColumn, ...]
    state: TableState
    is_in_place: bool
    generation: int
    until: int = 0

    @property
    def raw_schema(self) -> str:
        """Where the raw table is now."""
        return RAW_SCHEMA if self.state == "live" or self.is_in_place else COPY_SCHEMA

    @property
    def raw_key(self) -> tuple[str, ...]:
        """The raw columns of the key, in its order."""
        by_name = {column.name: column.raw for column in self.columns}
        return tuple(by_name[name] for name in self.key)

    def anew(self, generation: int, *, is_in_place: bool) -> Captured:
        """The same table, to be copied again."""
        return replace(self, state="copying", is_in_place=is_in_place, generation=generation, until=0)


def stream_name(schema: str, name: str) -> str:
    """What a table of production is called among ours: `accounts`, or `billing_accounts` from the schema billing."""
    return name if schema == "public" else f"{schema}_{name}"
