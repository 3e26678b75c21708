"""The build step: raw data into staging, core, rollup and marts, by dbt in this process.

dbt's own folder is `home`/dbt: its log, and target/manifest.json, from which the check step reads lineage.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from dbt.artifacts.schemas.results import NodeStatus
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt_common.events.event_manager_client import cleanup_event_logger, get_event_manager
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import FellShort
from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from pipelines.exchange import Mart, exchange
from pipelines.job import Run, StepResult

PROJECT = ROOT / "models"
FAILURES = {NodeStatus.Error, NodeStatus.Fail, NodeStatus.RuntimeErr, NodeStatus.Warn}


def build(run: Run) -> StepResult:
    """Builds every model, holds the invariants of models/tests/, and only then lets readers see any of it.

    How it ended is a row of portal.build_run; a good end is noted in the transaction that exchanges what readers see.

    Raises:
        FellShort: a model could not be built or an invariant does not hold; the message names the first. Readers
            see the last good build.
    """
    started = wall()
    result = run_dbt(
        warehouse_url(run.settings, "plumbline_builder"),
        dbt_folder(run.settings),
        ("build", "--exclude-resource-type", "unit_test"),
        as_of=run.as_of,
        timezone=run.settings.reporting_timezone,
    )
    count, failures = _outcome(result)
    if not failures:
        failures = _make_live(run, started, count, result)
    if failures:
        with create_engine(warehouse_url(run.settings, "plumbline_worker"), poolclass=NullPool).begin() as connection:
            _record(connection, run, started, count, failures)
        raise FellShort(
            f"The build fell short in {len(failures)} place(s). First: {failures[0]} Expected every model to build "
            f"and every invariant to hold. Figures stay those of the last good build. "
            f"See {dbt_folder(run.settings) / 'logs' / 'dbt.log'}."
        )
    return StepResult({"models": count})


def dbt_folder(settings: Settings) -> Path:
    """Where dbt keeps its target and its log."""
    return settings.home / "dbt"


def manifest_path(settings: Settings) -> Path:
    """dbt's manifest of the last build."""
    return dbt_folder(settings) / "target" / "manifest.json"


def run_dbt(
    url: URL, folder: Path, command: tuple[str, ...], *, as_of: datetime, timezone: str
) -> dbtRunnerResult:
    """Runs one dbt command on the project in models/, warnings being errors.

    Args:
        url: the warehouse, as the login that owns what is built.
        folder: where target and log go; made if missing.
        command: dbt's command and its options.
        as_of: the business instant the figures speak about; needs an offset.
        timezone: the reporting time zone.

    Returns:
        dbt's own result; its `exception` is set when dbt could not even begin.
    """
    folder.mkdir(parents=True, exist_ok=True)
    variables = {"reporting_timezone": timezone}
    manners = ("--warn-error", "--quiet", "--no-use-colors", "--log-level-file", "info", "--no-version-check")
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
    written = ("--target-path", str(folder / "target"), "--log-path", str(folder / "logs"))
    with _environment(url, as_of), _logs_closed():
        return dbtRunner().invoke([*manners, *command, *places, *written, "--vars", json.dumps(variables)])


@contextmanager
def _environment(url: URL, as_of: datetime) -> Iterator[None]:
    """What models/profiles.yml and the macro as_of read; put back afterwards.

    The prefix of the password's name keeps its value out of dbt's log.
    """
    wanted = {
        "PLUMBLINE_DBT_HOST": url.host or "127.0.0.1",
        "PLUMBLINE_DBT_PORT": str(url.port or 5432),
        "PLUMBLINE_DBT_USER": url.username or "",
        "PLUMBLINE_DBT_DATABASE": url.database or "",
        "PLUMBLINE_DBT_AS_OF": as_of.isoformat(),
        "DBT_ENV_SECRET_PASSWORD": str(url.password or ""),
        "DO_NOT_TRACK": "1",
        "PGTZ": "UTC",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _logs_closed() -> Iterator[None]:
    """Closes dbt's log files, which it leaves open in a process that outlives the run."""
    try:
        yield
    finally:
        for logger in get_event_manager().loggers:
            for handler in getattr(getattr(logger, "_python_logger", None), "handlers", ()):
                handler.close()
        cleanup_event_logger()


def _outcome(result: dbtRunnerResult) -> tuple[int, list[str]]:
    """How many models were built, and a sentence for each thing that went wrong."""
    if result.exception is not None:
        return 0, [f"dbt could not run: {result.exception}"]
    nodes = list(getattr(result.result, "results", ()))
    count = sum(1 for node in nodes if node.node.resource_type == "model" and node.status == NodeStatus.Success)
    failures = [_in_words(node) for node in nodes if node.status in FAILURES]
    if not result.success and not failures:
        failures = ["dbt ended without success and without saying why."]
    return count, failures


def _in_words(found: Any) -> str:
    """What went wrong with a model or an invariant; an invariant's name is a sentence."""
    name = found.node.name
    said = " ".join((found.message or "no reason given").split())
    if found.node.resource_type == "test" and found.status == NodeStatus.Fail:
        return f"The invariant {name.removeprefix('assert_').replace('_', ' ')!r} does not hold: {said}."
    return f"The {found.node.resource_type} {name} could not be built: {said}."


def _make_live(run: Run, started: datetime, count: int, result: dbtRunnerResult) -> list[str]:
    """Exchanges what readers see for what was built; a sentence if that could not be done."""
    nodes = [each.node for each in getattr(result.result, "results", ()) if each.node.resource_type == "model"]
    rollups = [node.alias for node in nodes if node.config.materialized == "live_table"]
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
    try:
        exchange(
            warehouse_url(run.settings, "plumbline_builder"),
            rollups,
            marts,
            lambda connection: _record(connection, run, started, count, []),
        )
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
