"""A part of a build: the figures that new rows of some sources reach, worked out at once.

A whole build makes all views, marts and rights; a part only works tables out anew, holds the invariants that speak of
any of them, and exchanges rows. What it leaves out is read as readers see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event
from uuid import uuid4

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import FellShort
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.build import last_good, only_build, outcome, rollups_of, sliced_rollups_of
from pipelines.dbt import Part, dbt_folder, manifest_path, read_ahead, run_dbt
from pipelines.exchange import Slice, begin_part, exchange_part
from pipelines.lineage import read_lineage
from pipelines.live_slice import Touched, touched_since

REMEMBERED = timedelta(days=7)
"""So long the record of a part is kept: there may be thousands a day."""

SLICED = {"stripe_webhook"}
"""The source of which is known whose rows are new; others may have new rows as well that reach no sliced model."""

FALLEN_SHORT = text("""
    select source, heard_at
    from (select distinct on (source) source, heard_at, result
          from portal.live_build, unnest(sources) as parts (source)
          where started_at > :since
          order by source, started_at desc) as newest
    where result = 'failed'
""")


@dataclass(frozen=True)
class LiveBuild:
    """What a part came to: the models built, and what went wrong; neither where there was nothing to do."""

    models: int = 0
    failures: tuple[str, ...] = ()


def build_live(
    settings: Settings,
    as_of: datetime,
    heard: Mapping[str, datetime],
    stopping: Event | None = None,
) -> LiveBuild:
    """Builds what new rows of these sources reach, unless a whole build has begun since they were heard of.

    Nothing is built on what a whole build that fell short has left in core; what a part that fell short has left there
    is built again with this one, which falls short as well while that does not hold. Left to the next whole build is
    also what comes before the first one, what would begin a new day, and what would speak of an earlier instant: tables
    that only the clock moves are not among those that a source reaches.

    Args:
        settings: of this home.
        as_of: the business instant.
        heard: source → when the first of its new rows was heard of.
        stopping: ends the wait for another build.

    Raises:
        BrokenOff: `stopping` was set during that wait.
        WarehouseDown: through the connection, when nobody answers.
        DependencyMissing: a whole build was good, but dbt's manifest of it is gone.
    """
    with only_build(settings, stopping):
        good = last_good(settings)
        if good is None or as_of < good[1] or _days(good[1], settings) != _days(as_of, settings):
            return LiveBuild()
        new = {source: at for source, at in heard.items() if at > good[0]}
        short = _fallen_short(settings, good[0]) if new else {}
        new = {**short, **new}
        lineage = read_lineage(manifest_path(settings))
        reached = sorted(lineage.reached_from(_schemas(new)))
        builder = warehouse_url(settings, "plumbline_builder")
        if not reached or not begin_part(builder):
            return LiveBuild()
        is_sliced = not short and not lineage.sliced & lineage.reached_from(_schemas(new.keys() - SLICED))
        touched = touched_since(builder, good, as_of) if is_sliced else None
        return _build(settings, as_of, new, reached, touched)


def build_named(settings: Settings, what: str, models: Iterable[str]) -> LiveBuild:
    """Builds some rollups by name, as of the last good build: what was stored since is then among the figures.

    Nothing is built before the first whole build, nor on what one that fell short has left.

    Args:
        settings: of this home.
        what: names the part in its record.
        models: names of rollups that no source reaches, each made of others and of what was stored.

    Raises:
        WarehouseDown: through the connection, when nobody answers.
    """
    with only_build(settings):
        good = last_good(settings)
        if good is None or not begin_part(warehouse_url(settings, "plumbline_builder")):
            return LiveBuild()
        return _build(settings, good[1], {what: wall()}, list(models), None)


def _fallen_short(settings: Settings, since: datetime) -> Mapping[str, datetime]:
    """The sources whose newest part since then fell short, and when they were heard of."""
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    with engine.connect() as connection:
        rows = connection.execute(FALLEN_SHORT, {"since": since})
        return {row.source: row.heard_at for row in rows}


def _build(
    settings: Settings,
    as_of: datetime,
    heard: Mapping[str, datetime],
    reached: list[str],
    touched: Touched | None,
) -> LiveBuild:
    builder, started = warehouse_url(settings, "plumbline_builder"), wall()
    result = run_dbt(
        builder,
        _folder(settings),
        ("build", "--exclude-resource-type", "unit_test", "--select", *reached),
        as_of=as_of,
        timezone=settings.reporting_timezone,
        part=Part(touched.as_json() if touched else ""),
    )
    count, failures = outcome(result, builder)
    row = {
        "live_id": uuid4(), "sources": sorted(heard), "heard_at": min(heard.values()), "started_at": started,
        "as_of": as_of, "models_count": count,
    }  # fmt: skip
    if not failures:
        try:
            part = Slice(sliced_rollups_of(result), touched.customers) if touched else Slice()
            exchange_part(builder, rollups_of(result), part, lambda connection: _note(connection, row, "ok", None))
        except FellShort as error:
            failures = [str(error)]
        except DBAPIError as error:
            failures = [f"What was built could not be exchanged: {' '.join(str(error.orig).split())}."]
    with create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool).begin() as connection:
        if failures:
            _note(connection, row, "failed", "\n".join(failures))
        old = text("delete from portal.live_build where started_at < :then")
        connection.execute(old, {"then": wall() - REMEMBERED})
    return LiveBuild(count, tuple(failures))


def _note(connection: Connection, row: Mapping[str, object], result: str, error: str | None) -> None:
    connection.execute(
        text(
            "insert into portal.live_build (live_id, sources, heard_at, started_at, ended_at, as_of, result, "
            "models_count, error) values (:live_id, :sources, :heard_at, :started_at, :ended_at, :as_of, :result, "
            ":models_count, :error)"
        ),
        {**row, "ended_at": wall(), "result": result, "error": error},
    )


def read_models(settings: Settings, as_of: datetime) -> None:
    """Has dbt read the project before there is anything to build: it takes as long as a part."""
    builder = warehouse_url(settings, "plumbline_builder")
    read_ahead(builder, _folder(settings), as_of=as_of, timezone=settings.reporting_timezone)


def _folder(settings: Settings) -> Path:
    """Apart from that of whole builds, whose manifest says what is made from what."""
    return dbt_folder(settings) / "live"


def _schemas(sources: Iterable[str]) -> frozenset[str]:
    return frozenset(f"raw_{source}" for source in sources)


def _days(instant: datetime, settings: Settings) -> tuple[date, date]:
    """The local day that has begun before the instant, and the one that is open then: at midnight they are two."""
    before, at = (each.astimezone(settings.timezone).date() for each in (instant - timedelta(microseconds=1), instant))
    return before, at
