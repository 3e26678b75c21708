"""Bookmarks kept aside while several loads begin at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import bookmarks
from pipelines.sources import all_sources

SOURCES = tuple(all_sources().values())
STORED = text("select state_id, completed_state from meltano.state order by 1")


def test_loads_that_begin_at_once_in_a_fresh_warehouse_do_not_get_in_each_others_way(migrated: Settings) -> None:
    """To make a table if there is none fails in Postgres where another session does the same."""
    engine = create_engine(warehouse_url(migrated, "plumbline_loader"), poolclass=NullPool)
    names = [f"sandbox:{one}-to-{source.loader}" for source in SOURCES for one in source.extractors]
    with engine.begin() as connection:
        connection.execute(text("create table meltano.state (state_id text primary key, completed_state text)"))
        connection.execute(text("insert into meltano.state select unnest(cast(:names as text[])), 'good'"),
                           {"names": names})  # fmt: skip
    with ThreadPoolExecutor(len(SOURCES)) as pool:
        for done in [pool.submit(bookmarks.keep, migrated, source, source.extractors) for source in SOURCES]:
            done.result()
    with engine.begin() as connection:
        connection.execute(text("update meltano.state set completed_state = 'cut'"))
    bookmarks.put_back(migrated, SOURCES[0], SOURCES[0].extractors)
    with engine.connect() as connection:
        stored = {row[0]: row[1] for row in connection.execute(STORED)}
    own = {f"sandbox:{one}-to-{SOURCES[0].loader}" for one in SOURCES[0].extractors}
    assert stored == {name: "good" if name in own else "cut" for name in names}
