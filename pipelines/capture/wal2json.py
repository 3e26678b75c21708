"""The other way: a slot with wal2json, read by tap-postgres through Meltano, for servers whose owner wants that.

The tap sends its confirmation and ends before the server has taken it in, so that the slot stays where it was. After a
load that is safely stored the slot is moved to the oldest bookmark of the tap's streams, and not a byte further.
"""

from __future__ import annotations

import json
from contextlib import closing

import psycopg2
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.errors import SourceDown
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.capture import memory, origin
from pipelines.capture.credentials import Credentials, credentials
from pipelines.meltano import WAL2JSON_SLOT

PLUGIN = "wal2json"
STATE = "select completed_state from meltano.state where state_id like '%tap-production-to-target-postgres%'"


def make_slot(settings: Settings) -> None:
    """Makes the slot where it is missing.

    Raises:
        SourceDown: production does not answer, has no wal2json, or gives our login no REPLICATION.
    """
    given = _given(settings)
    name = given.slot or WAL2JSON_SLOT
    with closing(origin.connect(given.url)) as production:
        if origin.ask(production, "select 1 from pg_replication_slots where slot_name = %s", (name,)):
            return
        try:
            origin.ask(production, "select pg_create_logical_replication_slot(%s, %s)", (name, PLUGIN))
        except psycopg2.Error as error:
            raise SourceDown(
                f"The slot {name!r} with {PLUGIN} cannot be made in production: {str(error).strip().splitlines()[0]}. "
                "Expected the plugin on the server and a login with REPLICATION. Install it, or leave the method away: "
                "pgoutput needs nothing installed."
            ) from None


def advance(settings: Settings) -> None:
    """Lets production throw away the log before the oldest bookmark; what is behind it is stored in the raw tables.

    Raises:
        SourceDown: production does not answer, or somebody reads the slot.
    """
    bookmark = _oldest_bookmark(settings)
    given = _given(settings)
    if bookmark is None:
        return
    with closing(origin.connect(given.url)) as production:
        try:
            origin.ask(
                production,
                "select pg_replication_slot_advance(slot_name, least(%s::pg_lsn, pg_current_wal_flush_lsn())) "
                "from pg_replication_slots where slot_name = %s and confirmed_flush_lsn < %s::pg_lsn",
                (memory.to_text(bookmark), given.slot or WAL2JSON_SLOT, memory.to_text(bookmark)),
            )
        except psycopg2.Error as error:
            raise SourceDown(
                f"Production's slot cannot be moved on: {str(error).strip().splitlines()[0]}. Expected nobody else "
                "to read it. Until it is moved, production keeps the log."
            ) from None


def _oldest_bookmark(settings: Settings) -> int | None:
    """Up to where every stream of the tap is stored; None where one of them has no bookmark yet."""
    engine = create_engine(warehouse_url(settings, "plumbline_loader"), poolclass=NullPool)
    with engine.connect() as connection:
        states = connection.scalars(text(STATE)).all()
    found: list[int | None] = []
    for state in states:
        told = json.loads(state) if isinstance(state, str) else (state or {})
        for bookmark in told.get("singer_state", {}).get("bookmarks", {}).values():
            found.append(bookmark.get("replication_key_value"))
    known = [each for each in found if each is not None]
    return min(known) if known and len(known) == len(found) else None


def _given(settings: Settings) -> Credentials:
    found = credentials(settings)
    if found is None:
        raise SourceDown(
            "Production is not configured. Expected its entry in sources.json. See docs/sources/production.md."
        )
    return found
