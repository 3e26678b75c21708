"""dbt in this process: how it is told where the warehouse is and which instant the figures speak about.

Its own folder is `home`/dbt: its log, and target/manifest.json, from which lineage is read.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.event_manager_client import cleanup_event_logger, get_event_manager
from sqlalchemy.engine import URL

from app.settings import ROOT, Settings
from pipelines.citus import is_on_citus
from pipelines.read_project import Reading, keep, kept, name_of, reading_of, turn

PROJECT = ROOT / "models"
WAREHOUSE, REHEARSAL = "warehouse", "rehearsal"
"""The targets of models/profiles.yml: what readers see, and what is worked out beside it."""


def dbt_folder(settings: Settings) -> Path:
    """Where dbt keeps its target and its log."""
    return settings.home / "dbt"


def manifest_path(settings: Settings) -> Path:
    """dbt's manifest of the last build."""
    return dbt_folder(settings) / "target" / "manifest.json"


@dataclass(frozen=True)
class Part:
    """What a part needs beside what a whole build does, which writes no files.

    Attributes:
        touched: the JSON of those customers of whom alone a slice is worked out (pipelines/live_slice.py); or empty.
    """

    touched: str = ""


_read: dict[tuple[str, str | None, str | None, str, str, float], Reading] = {}
"""The project as dbt has read it in this process, one at most: by where it is, the database's name, which is in every
relation's, the time zone, the target and the newest change of a file."""


def run_dbt(
    url: URL, folder: Path, command: tuple[str, ...], *, as_of: datetime, timezone: str, part: Part | None = None,
    target: str = WAREHOUSE,
) -> dbtRunnerResult:  # fmt: skip
    """Runs one dbt command on the project in models/, warnings being errors.

    Args:
        url: the warehouse, as the login that owns what is built.
        folder: where target and log go; made if missing.
        command: dbt's command and its options.
        as_of: the business instant the figures speak about; needs an offset.
        timezone: the reporting time zone.
        part: only some rollups are worked out; what the command does not select is read as readers see it.
        target: REHEARSAL works models out beside the live ones (models/profiles.yml).

    Returns:
        dbt's own result; its `exception` is set when dbt could not even begin.
    """
    makes_tables = command[0] in ("build", "run")
    has_citus = makes_tables and is_on_citus(url)
    with _environment(url, as_of, part, has_citus=has_citus), _flags_kept(), _rarely_collected():
        if command == ("parse",):
            return _invoke(dbtRunner(), folder, timezone, target, *command)
        project = _project(url, folder, timezone, target)
        if isinstance(project, dbtRunnerResult):
            return project
        if command[0] == "docs":
            return _invoke(dbtRunner(project.manifest), folder, timezone, target, *command)
        if command[0] == "build" and part is None:
            _write(project.written, folder)
        return _invoke(dbtRunner(project.manifest), folder, timezone, target, "--no-write-json", *command)


def read_ahead(url: URL, folder: Path, *, as_of: datetime, timezone: str) -> None:
    """Has dbt read the project now, so that the next command need not; where it cannot, that one says why."""
    with _environment(url, as_of, None), _flags_kept():
        _project(url, folder, timezone, WAREHOUSE)


def _project(url: URL, folder: Path, timezone: str, target: str) -> Reading | dbtRunnerResult:
    """As dbt reads it or has read it before, and where it cannot, what it says."""
    told = (url.database, url.username, timezone, target)
    key = (str(PROJECT), *told, _newest_change())
    if key not in _read:
        _read.clear()
        name = name_of(PROJECT, *told)
        with turn():
            project = kept(name)
            if project is None:
                found = _invoke(dbtRunner(), folder, timezone, target, "--no-write-json", "parse")
                if not isinstance(found.result, Manifest):
                    return found
                project = reading_of(found.result)
                if name_of(PROJECT, *told) == name:  # else files changed meanwhile, and it is of neither
                    keep(name, project)
        _read[key] = project
    return _read[key]


def _write(manifest: bytes, folder: Path) -> None:
    path = folder / "target" / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".next")
    beside.write_bytes(manifest)
    beside.replace(path)


def _invoke(dbt: dbtRunner, folder: Path, timezone: str, target: str, *command: str) -> dbtRunnerResult:
    folder.mkdir(parents=True, exist_ok=True)
    logged = ("--log-level", "none", "--log-level-file", "info", "--no-use-colors")
    manners = ("--warn-error", "--no-version-check", *logged)
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target", target)
    written = ("--target-path", str(folder / "target"), "--log-path", str(folder / "logs"))
    variables = ("--vars", json.dumps({"reporting_timezone": timezone}))
    with _logs_closed():
        return dbt.invoke([*manners, *command, *places, *written, *variables])


def _newest_change() -> float:
    """Of the project's files, and of its folders: one that is removed changes where it was."""
    return max(path.stat().st_mtime for path in (PROJECT, *PROJECT.rglob("*")))


@contextmanager
def _environment(url: URL, as_of: datetime, part: Part | None, *, has_citus: bool = False) -> Iterator[None]:
    """What models/profiles.yml and the macros as_of, ref and has_citus read; put back afterwards.

    The prefix of the password's name keeps its value out of dbt's log.
    """
    wanted = {
        "PLUMBLINE_DBT_HOST": url.host or "127.0.0.1",
        "PLUMBLINE_DBT_PORT": str(url.port or 5432),
        "PLUMBLINE_DBT_USER": url.username or "",
        "PLUMBLINE_DBT_DATABASE": url.database or "",
        "PLUMBLINE_DBT_AS_OF": as_of.isoformat(),
        "PLUMBLINE_DBT_IS_PART": "yes" if part else "",
        "PLUMBLINE_DBT_TOUCHED": part.touched if part else "",
        "PLUMBLINE_DBT_HAS_CITUS": "yes" if has_citus else "",
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


@contextmanager
def _flags_kept() -> Iterator[None]:
    """Takes back what dbt's adapter adds to its list of flags, which is the process's and not the adapter's own.

    Each run adds one, and for each it searches the whole stack: the thousandth part of a build would take seconds more.
    """
    known = len(DEFAULT_BASE_BEHAVIOR_FLAGS)
    try:
        yield
    finally:
        del DEFAULT_BASE_BEHAVIOR_FLAGS[known:]


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Looks for garbage a hundred times less often than Python does: what dbt holds of the project is none, and to
    look through it again and again is an eighth of a build.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 70_000), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
