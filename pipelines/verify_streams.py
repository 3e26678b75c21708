"""Whether each raw stream holds what its source holds: rows, keys and amounts against the sandbox company's books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.sandbox.company.streams import Control
from pipelines.source import Source, Stream
from pipelines.sources import all_sources

TABLES = """
select t.schemaname, t.tablename, exists (
    select from pg_attribute as a
    where a.attrelid = format('%I.%I', t.schemaname, t.tablename)::regclass and a.attname = '_sdc_deleted_at'
) as marks_deleted
from pg_tables as t where t.schemaname = any(:schemas)
"""
Sums = Mapping[str, Decimal]


def held(settings: Settings) -> dict[str, Sums]:
    """What the warehouse holds of each declared stream, by `source.stream`: rows, keys, total.

    Rows that are marked as deleted at the source are left out. A table that was never made holds no row.

    Raises:
        sqlalchemy.exc.DBAPIError: a stream's key or total is no expression over its table.
    """
    found: dict[str, Sums] = {}
    sources = all_sources()
    schemas = [source.schema for source in sources.values()]
    with create_engine(warehouse_url(settings, "plumbline_loader"), poolclass=NullPool).connect() as connection:
        tables = {(row[0], row[1]): bool(row[2]) for row in connection.execute(text(TABLES), {"schemas": schemas})}
        for source, stream in _streams():
            there = tables.get((source.schema, stream.name))
            row = connection.execute(text(_query(source, stream, there))).one() if there is not None else (0, 0, 0)
            found[f"{source.name}.{stream.name}"] = _sums(*row)
    return found


def expected(controls: list[Control]) -> dict[str, Sums]:
    """The company's own sums in the same form."""
    return {f"{one.source}.{one.stream}": _sums(one.row_count, one.digest, one.total) for one in controls}


def _streams() -> Iterator[tuple[Source, Stream]]:
    for source in all_sources().values():
        for stream in source.streams:
            yield source, stream


def _sums(rows: object, keys: object, total: object) -> Sums:
    return {"rows": Decimal(str(rows)), "keys": Decimal(str(keys)), "total": Decimal(str(total)).normalize() + 0}


def _query(source: Source, stream: Stream, marks_deleted: bool) -> str:
    key = " || '|' || ".join(f"coalesce(({_quoted(each)})::text, '')" for each in stream.key)
    conditions = [stream.where] if stream.where else []
    conditions += ["_sdc_deleted_at is null"] if marks_deleted else []
    where = " where " + " and ".join(f"({each})" for each in conditions) if conditions else ""
    return (
        f"select count(*), coalesce(sum(('x' || left(md5({key}), 15))::bit(60)::bigint::numeric), 0), "
        f"coalesce(sum(({stream.total or '0'})::numeric), 0) from {source.schema}.\"{stream.name}\"{where}"
    )


def _quoted(key: str) -> str:
    """A column's name in quotes, whatever letters it has; an expression as it is."""
    return f'"{key}"' if key.isidentifier() else key
