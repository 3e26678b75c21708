"""The replication slot in production: what keeps the log for us, and what a stalled reader would fill its disk with."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import connection

from app.errors import SourceDown
from pipelines.capture.memory import to_number
from pipelines.capture.origin import ask

PLUGIN = "pgoutput"


@dataclass(frozen=True)
class Slot:
    """A slot as production shows it.

    Attributes:
        name: of the slot.
        plugin: what writes the log's messages.
        database: in which it was made.
        is_active: whether somebody reads it now.
        wal_status: reserved, extended, unreserved or lost.
        confirmed: what lies before it was confirmed as stored; 0 where unknown.
        retained_bytes: of log that production keeps because of it.
        limit_bytes: of log that production keeps at most (max_slot_wal_keep_size); None where there is no limit.
    """

    name: str
    plugin: str
    database: str
    is_active: bool
    wal_status: str
    confirmed: int
    retained_bytes: int
    limit_bytes: int | None

    @property
    def is_lost(self) -> bool:
        """Whether production has thrown away log that was not read yet."""
        return self.wal_status == "lost"


def find(production: connection, name: str) -> Slot | None:
    """The slot of that name; None where there is none."""
    rows = ask(production, _SLOT, (name,))
    if not rows:
        return None
    plugin, database, is_active, status, confirmed, retained, limit = rows[0]
    return Slot(name, plugin or "", database or "", is_active, status or "lost", to_number(confirmed),
                int(retained or 0), None if limit is None or limit < 0 else limit * 2**20)  # fmt: skip


def make(production: connection, name: str) -> int:
    """Makes the slot; from the position that is returned on, the log is kept.

    Waits for transactions that are open in production; holds no lock and no snapshot afterwards.

    Raises:
        SourceDown: there is no free slot, or the login may not.
    """
    try:
        ((lsn,),) = ask(
            production, "select lsn::text from pg_create_logical_replication_slot(%s, %s)", (name, PLUGIN)
        )
    except psycopg2.Error as error:
        raise SourceDown(
            f"The replication slot {name!r} cannot be made in production: {str(error).strip().splitlines()[0]}. "
            "Expected a login with REPLICATION and a free slot (max_replication_slots). See docs/sources/production.md."
        ) from None
    return to_number(lsn)


def drop(production: connection, name: str) -> None:
    """Drops the slot if nobody reads it, so that production keeps no log for it.

    Raises:
        SourceDown: somebody reads it.
    """
    try:
        ask(production, "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = %s",
            (name,))  # fmt: skip
    except psycopg2.Error as error:
        raise SourceDown(
            f"The replication slot {name!r} cannot be dropped in production: {str(error).strip().splitlines()[0]}. "
            "Expected nobody to read it. Stop who does, or name another slot in the credentials."
        ) from None


def refuse_foreign(slot: Slot, database: str) -> None:
    """Refuses a slot of that name which is not ours.

    Raises:
        SourceDown: it has another plugin, or was made in another database.
    """
    if slot.plugin != PLUGIN or slot.database != database:
        raise SourceDown(
            f"The replication slot {slot.name!r} in production is somebody else's: plugin {slot.plugin!r} in database "
            f"{slot.database!r}. Expected {PLUGIN!r} in {database!r}. Name another slot in the credentials."
        )


_SLOT = """
select plugin, database, active, wal_status, confirmed_flush_lsn::text,
    pg_wal_lsn_diff(
        case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, restart_lsn),
    (select setting::bigint from pg_settings where name = 'max_slot_wal_keep_size')
from pg_replication_slots where slot_name = %s
"""
