"""What each stream is at: its columns and their version, its newest event, and whether it is set aside.

Looked at after each good load, and only for the streams that brought rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import drift
from pipelines.catalog import declared
from pipelines.load_record import Pull
from pipelines.source import Source, Stream

COLUMNS = text(
    """
    select a.attname, format_type(a.atttypid, a.atttypmod)
    from pg_attribute as a
    join pg_class as c on c.oid = a.attrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = :schema and c.relname = :table and a.attnum > 0 and not a.attisdropped
    """
)
KNOWN = text("select columns, schema_version from portal.stream_state where source = :source and stream = :stream")
WRITE = text(
    """
    insert into portal.stream_state (source, stream, schema_version, columns, newest_event_at, last_rows_at,
                                     last_row_count, seen_at)
    values (:source, :stream, :version, cast(:columns as jsonb), :newest, :now, :count, :now)
    on conflict (source, stream) do update set
        schema_version = excluded.schema_version, columns = excluded.columns, seen_at = excluded.seen_at,
        newest_event_at = greatest(excluded.newest_event_at, portal.stream_state.newest_event_at),
        last_rows_at = excluded.last_rows_at, last_row_count = excluded.last_row_count
    """
)
SET_ASIDE = text(
    """
    insert into portal.stream_state
        (source, stream, schema_version, columns, seen_at, quarantined_at, quarantine_reason)
    values (:source, :stream, 0, '{}', :now, :now, :reason)
    on conflict (source, stream) do update
    set quarantined_at = excluded.quarantined_at, quarantine_reason = excluded.quarantine_reason
    """
)


def look(settings: Settings, engine: Engine, source: Source, pulls: Sequence[Pull], since: datetime) -> None:
    """Notes the state of the streams that brought rows, and what drifted in them.

    Args:
        settings: of this home.
        engine: connects as `plumbline_worker`.
        source: whose streams.
        pulls: how the load of its extractors went.
        since: when the load began, by the wall's clock: only what it stored is looked at.
    """
    streams = {stream.name: stream for stream in source.streams}
    seen: list[tuple[str, Mapping[str, str], datetime | None, int]] = []
    with create_engine(warehouse_url(settings, "plumbline_loader"), poolclass=NullPool).begin() as raw:
        for pull in pulls:
            catalog = declared(settings, pull.extractor)
            for name, count in pull.rows.items():
                columns = _columns(raw, source, name)
                newest = _newest(raw, source, streams.get(name), since) if "_sdc_batched_at" in columns else None
                ours = {column: kind for column, kind in columns.items() if not column.startswith("_sdc_")}
                seen.append((name, catalog.get(name) or ours, newest, count))
    with engine.begin() as connection:
        for name, columns, newest, count in seen:
            if count and columns:
                _write(connection, source, name, columns, newest, count)


def set_aside(
    engine: Engine, source: Source, stream: str, reason: str, expected: str = "rows that the raw table can hold"
) -> None:
    """Leaves a stream out of the loads to come: the loader cannot store it, or the tap may not read it."""
    told = drift.Drift(
        source.name, stream, "not_loadable", stream, reason, expected,
        f"The source's other streams go on. Mend it, then run `plumbline load {source.name}`: its rows are read from "
        "where the stream stopped.",
    )
    with engine.begin() as connection:
        connection.execute(SET_ASIDE, {"source": source.name, "stream": stream, "now": wall(), "reason": reason})
        drift.note(connection, [told])


def take_back(engine: Engine, source: Source) -> Iterable[str]:
    """Lets every stream of the source that was set aside be loaded again; which."""
    with engine.begin() as connection:
        found = [row[0] for row in connection.execute(
            text("update portal.stream_state set quarantined_at = null, quarantine_reason = null "
                 "where source = :source and quarantined_at is not null returning stream"), {"source": source.name})]
        for stream in found:
            drift.resolve(connection, source.name, stream, "not_loadable")
    return found


def aside(engine: Engine, source: Source) -> tuple[str, ...]:
    """The streams that are set aside."""
    query = "select stream from portal.stream_state where source = :source and quarantined_at is not null order by 1"
    with engine.connect() as connection:
        return tuple(connection.scalars(text(query), {"source": source.name}))


def _columns(raw: Connection, source: Source, table: str) -> Mapping[str, str]:
    return {row[0]: row[1] for row in raw.execute(COLUMNS, {"schema": source.schema, "table": table})}


def _newest(raw: Connection, source: Source, stream: Stream | None, since: datetime) -> datetime | None:
    """The newest event among the rows that this load stored; None where rows carry no time."""
    if stream is None or not stream.newest:
        return None
    table = f'{source.schema}."{stream.name}"'
    # The loader stamps rows in order of their arrival: a block-range index finds the last ones in a table of any size.
    raw.execute(text(f'create index if not exists "{stream.name}_batched" on {table} using brin (_sdc_batched_at)'))
    query = f"select max(({stream.newest})::timestamp) from {table} where _sdc_batched_at >= :since"
    found: datetime | None = raw.scalar(text(query), {"since": since.replace(tzinfo=None)})
    return found.replace(tzinfo=since.tzinfo) if found else None


def _write(
    connection: Connection, source: Source, name: str, columns: Mapping[str, str], newest: datetime | None, count: int
) -> None:
    known = connection.execute(KNOWN, {"source": source.name, "stream": name}).first()
    before = dict(known.columns) if known else {}
    changed = bool(before) and before != dict(columns)
    if changed:
        drift.note(connection, drift.between(source.name, name, before, columns))
    version = (known.schema_version if known else 0) + (1 if changed or not before else 0)
    connection.execute(WRITE, {
        "source": source.name, "stream": name, "version": version, "newest": newest, "count": count, "now": wall(),
        "columns": json.dumps(dict(sorted(columns.items()))),
    })
