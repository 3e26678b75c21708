"""The build step: raw data into staging, core, rollup and marts, by dbt in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from threading import Event
from typing import Any

from dbt.artifacts.schemas.results import NodeStatus
from dbt.cli.main import dbtRunnerResult
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.clock import as_of as clock
from app.clock import wall
from app.errors import FellShort
from app.manner import parted
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import dbt, staging_views
from pipelines.broken_invariants import breaking_rows
from pipelines.definitions.meaning import Meanings
from pipelines.definitions.standing import meanings_now, note
from pipelines.exchange import begin, exchange
from pipelines.job import Run, StepResult
from pipelines.mart_views import Mart
from pipelines.turns import lock_warehouse

BUILD_LOCK = 7_586_200_004
"""The advisory lock of whoever builds, the whole or a part: two would write the same tables."""
FAILURES = {NodeStatus.Error, NodeStatus.Fail, NodeStatus.RuntimeErr, NodeStatus.Warn}


def build(run: Run) -> StepResult:
    """Builds every model, holds the invariants of models/tests/, and only then lets readers see any of it.

    How it ended is a row of portal.build_run; a good end is noted in the transaction that exchanges what readers see.

    Raises:
        FellShort: a model could not be built or an invariant does not hold; the message names the first. Readers
            see the last good build.
    """
    with only_build(run.settings):
        started = wall()
        run = replace(run, as_of=_instant(run))
        builder = warehouse_url(run.settings, "plumbline_builder")
        begin(builder)
        meanings = meanings_now()
        origin = staging_views.origin(builder, dbt.PROJECT, run.settings.reporting_timezone)
        do_stand = staging_views.stand(builder, origin)
        result = dbt.run_dbt(
            builder,
            dbt.dbt_folder(run.settings),
            ("build", "--exclude-resource-type", "unit_test", *(("--exclude", "path:staging") if do_stand else ())),
            as_of=run.as_of,
            timezone=run.settings.reporting_timezone,
        )
        count, failures = outcome(result, builder)
        if not failures:
            failures = _make_live(run, started, count, result, meanings)
        if not failures and not do_stand:
            staging_views.note(builder, origin)
    if failures:
        with create_engine(warehouse_url(run.settings, "plumbline_worker"), poolclass=NullPool).begin() as connection:
            _record(connection, run, started, count, failures)
        raise FellShort(
            f"The build fell short in {len(failures)} place(s). First: {failures[0]} Expected every model to build "
            f"and every invariant to hold. Figures stay those of the last good build. "
            f"See {dbt.dbt_folder(run.settings) / 'logs' / 'dbt.log'}."
        )
    return StepResult({"models": count})


@contextmanager
def only_build(settings: Settings, stopping: Event | None = None) -> Iterator[None]:
    """Nobody else builds meanwhile; waits for who does.

    Raises:
        BrokenOff: `stopping` was set during the wait.
    """
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        lock_warehouse(connection, BUILD_LOCK, stopping=stopping)
        yield


def last_good(settings: Settings) -> tuple[datetime, datetime] | None:
    """When the newest build began, and the business instant it speaks about; None before the first.

    None as well where it was not good: core then holds what it made, which readers must not come to see.
    """
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.execute(
            text("select started_at, as_of, result from portal.build_run order by started_at desc limit 1")
        ).one_or_none()
    return (found.started_at, found.as_of) if found and found.result == "ok" else None


def outcome(result: dbtRunnerResult, builder: URL) -> tuple[int, list[str]]:
    """How many models were built, and a sentence for each thing that went wrong, with the rows that show it."""
    if result.exception is not None:
        said = str(result.exception) or f"it was broken off ({type(result.exception).__name__})"
        return 0, [f"dbt could not run: {said}"]
    nodes = list(getattr(result.result, "results", ()))
    count = sum(1 for node in nodes if node.node.resource_type == "model" and node.status == NodeStatus.Success)
    failures = [_in_words(node, builder) for node in nodes if node.status in FAILURES]
    if not result.success and not failures:
        failures = ["dbt ended without success and without saying why."]
    return count, failures


def _instant(run: Run) -> datetime:
    """The business instant to speak about. Since the job began, loads may have taken minutes, and figures of later rows
    may have been built at once: to go by its beginning would take those back.
    """
    return clock(run.settings) if run.is_now and not run.settings.has_sandbox else run.as_of


def _in_words(found: Any, builder: URL) -> str:
    """What went wrong with a model or an invariant; an invariant's name is a sentence."""
    name = found.node.name
    said = " ".join((found.message or "no reason given").split())
    if found.node.resource_type == "test" and found.status == NodeStatus.Fail:
        rows = breaking_rows(builder, found.node.compiled_code)
        count = f"{parted(found.failures)} row(s) break it" if found.failures else said
        return f"The invariant {name.removeprefix('assert_').replace('_', ' ')!r} does not hold: {count}" + (
            f", first {rows}." if rows else "."
        )
    return f"The {found.node.resource_type} {name} could not be built: {said}."


def rollups_of(result: dbtRunnerResult) -> Sequence[str]:
    """The names of the rollups that were worked out beside the live ones."""
    kinds = {"live_table", "sliced_live_table"}
    return [node.alias for node in _models(result) if node.config.materialized in kinds]


def sliced_rollups_of(result: dbtRunnerResult) -> frozenset[str]:
    """Those of them of which a slice can be worked out."""
    return frozenset(node.alias for node in _models(result) if node.config.materialized == "sliced_live_table")


def _models(result: dbtRunnerResult) -> list[Any]:
    return [each.node for each in getattr(result.result, "results", ()) if each.node.resource_type == "model"]


def _make_live(
    run: Run, started: datetime, count: int, result: dbtRunnerResult, meanings: Meanings
) -> list[str]:
    """Exchanges what readers see for what was built; a sentence if that could not be done."""
    nodes = _models(result)
    marts = [
        Mart(
            f"{node.schema}.{node.alias}",
            node.compiled_code,
            node.description,
            frozenset(node.config.grants.get("select", ())),
        )
        for node in nodes
        if node.original_file_path.startswith("marts/")
    ]

    def held(connection: Connection) -> None:
        _record(connection, run, started, count, [])
        note(connection, meanings, run.run_id, wall())

    try:
        exchange(warehouse_url(run.settings, "plumbline_builder"), rollups_of(result), marts, held)
    except FellShort as error:
        return [str(error)]
    except DBAPIError as error:
        return [f"What was built could not be exchanged for what readers see: {' '.join(str(error.orig).split())}."]
    return []


def _record(connection: Connection, run: Run, started: datetime, count: int, failures: list[str]) -> None:
    connection.execute(
        text(
            "insert into portal.build_run (run_id, started_at, ended_at, as_of, result, models_count, error) "
            "values (:run_id, :started_at, :ended_at, :as_of, :result, :models_count, :error)"
        ),
        {
            "run_id": run.run_id,
            "started_at": started,
            "ended_at": wall(),
            "as_of": run.as_of,
            "result": "failed" if failures else "ok",
            "models_count": count,
            "error": "\n".join(failures) or None,
        },
    )
