"""How far each extractor has read, as Meltano keeps it in the warehouse: forgotten, kept aside, put back.

A tap stores bookmarks while it reads. Most read in the order of their bookmark, and a run that was cut goes on from
there. One that reads the newest first would pass over all that it had not come to: for those the bookmarks of the last
good run are kept aside, and every run begins from these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.source import Source

NAMED = "state_id like :name"
"""Meltano names them sandbox:tap-stripe-to-target-postgres."""


def forget(settings: Settings, source: Source) -> None:
    """Removes all bookmarks of a source: its next load reads it from its start."""
    with _open(settings) as connection:
        for name in _names(connection, source.loader, source.extractors):
            connection.execute(text(f"delete from meltano.state where {NAMED}"), {"name": name})
            connection.execute(text(f"delete from meltano.kept_state where {NAMED}"), {"name": name})


def keep(settings: Settings, source: Source, extractors: Iterable[str]) -> None:
    """Keeps aside the bookmarks of extractors whose run went well."""
    with _open(settings) as connection:
        for name in _names(connection, source.loader, extractors):
            connection.execute(text(f"delete from meltano.kept_state where {NAMED}"), {"name": name})
            connection.execute(
                text(f"insert into meltano.kept_state select * from meltano.state where {NAMED}"), {"name": name}
            )


def put_back(settings: Settings, source: Source, extractors: Iterable[str]) -> None:
    """Has extractors begin where their last good run ended, or from the start, whatever a cut one left."""
    with _open(settings) as connection:
        for name in _names(connection, source.loader, extractors):
            connection.execute(text(f"delete from meltano.state where {NAMED}"), {"name": name})
            connection.execute(
                text(f"insert into meltano.state select * from meltano.kept_state where {NAMED}"), {"name": name}
            )


@contextmanager
def _open(settings: Settings) -> Iterator[Connection]:
    """One transaction, as the loader, who owns Meltano's schema."""
    with create_engine(warehouse_url(settings, "plumbline_loader"), poolclass=NullPool).begin() as connection:
        yield connection


def _names(connection: Connection, loader: str, extractors: Iterable[str]) -> list[str]:
    """A pattern for the name of each; none before Meltano has made its tables."""
    if connection.scalar(text("select to_regclass('meltano.state')")) is None:
        return []
    if connection.scalar(text("select to_regclass('meltano.kept_state')")) is None:
        # Runs side by side come here at once, and to make a table if there is none is not safe against another's.
        connection.execute(text("select pg_advisory_xact_lock(hashtext('meltano.kept_state'))"))
        connection.execute(text("create table if not exists meltano.kept_state (like meltano.state including all)"))
    return [f"%:{extractor}-to-{loader}" for extractor in extractors]
