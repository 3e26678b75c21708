"""What the sandbox's vendors hold, in one SQLite file that the vendor simulator serves.

Tables: `object(vendor, kind, id, created, updated, deleted, seq, body)`, `event(vendor, id, created, type, body)`,
`meta(key, value)`. Times are epoch seconds, bodies the JSON that the vendor would answer with.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.settings import Settings
from pipelines.sandbox.company.book import Book

_SCHEMA = """
create table if not exists object (
    vendor text not null, kind text not null, id text not null, created integer not null, updated integer not null,
    deleted integer not null default 0, seq integer not null, body blob not null, primary key (vendor, kind, id)
);
create table if not exists event (
    vendor text not null, id text primary key, created integer not null, type text not null, body blob not null
);
create table if not exists meta (key text primary key, value text not null);
"""
_INDEXES = """
create index if not exists object_created on object (vendor, kind, created);
create index if not exists object_updated on object (vendor, kind, updated);
create index if not exists object_seq on object (seq);
create index if not exists event_created on event (vendor, created);
"""
_UPSERT = """
insert into object (vendor, kind, id, created, updated, deleted, seq, body) values (?, ?, ?, ?, ?, 0, ?, ?)
on conflict (vendor, kind, id) do update
set created = excluded.created, updated = excluded.updated, seq = excluded.seq, body = excluded.body
where object.body <> excluded.body
"""


def store_path(settings: Settings) -> Path:
    return settings.home / "sandbox" / "vendors.db"


@contextmanager
def open_store(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The vendors' file; committed on a good end, rolled back on any other."""
    path = store_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("begin immediate")
        yield connection
        connection.execute("commit")
    finally:
        connection.close()


def write_store(settings: Settings, book: Book, **meta: str) -> None:
    """Bring the file up to the book at one stroke.

    `seq` grows with every change, in the order of `updated`; what has not changed keeps its `seq`. The first time
    a new file is filled beside the place and moved there; after that one transaction changes the file. `meta` says
    whose company it is: seed, scale, until.
    """
    if store_path(settings).exists():
        with open_store(settings) as connection:
            _fill(connection, book, meta)
        return
    fresh = store_path(settings).with_suffix(".new")
    fresh.unlink(missing_ok=True)
    connection = sqlite3.connect(fresh, isolation_level=None)
    connection.execute("pragma page_size = 16384")
    connection.execute("pragma journal_mode = off")
    connection.execute("pragma synchronous = off")
    connection.execute("begin")
    _fill(connection, book, meta)
    connection.execute("commit")
    connection.execute("pragma journal_mode = wal")
    connection.close()
    os.replace(fresh, store_path(settings))


def _fill(connection: sqlite3.Connection, book: Book, meta: dict[str, str]) -> None:
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)
    before = connection.execute("select coalesce(max(seq), 0) from object").fetchone()[0]
    ordered = sorted(book.objects.values(), key=lambda one: (one.updated, one.vendor, one.kind, one.id))
    numbered = sorted(enumerate(ordered, start=before + 1), key=lambda one: (one[1].vendor, one[1].kind, one[1].id))
    connection.executemany(  # in the order of the key, which grows its index at the end
        _UPSERT,
        ((one.vendor, one.kind, one.id, one.created, one.updated, seq, one.raw) for seq, one in numbered),
    )
    connection.executemany(
        "insert into event (vendor, id, created, type, body) values ('stripe', ?, ?, ?, ?) on conflict do nothing",
        ((event.id, event.created, event.type, event.raw) for event in book.events),
    )
    for statement in _INDEXES.split(";"):
        connection.execute(statement)
    connection.executemany("insert or replace into meta (key, value) values (?, ?)", meta.items())


def read_meta(settings: Settings) -> dict[str, str]:
    """Seed, scale and instant of the company in the file; empty when there is none yet."""
    if not store_path(settings).exists():
        return {}
    with open_store(settings) as connection:
        return dict(connection.execute("select key, value from meta"))
