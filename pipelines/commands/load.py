"""`plumbline load SOURCE…` and `plumbline sources`: what comes in, and how it fares."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from app.clock import as_of as business_instant
from app.errors import FellShort, UsageError
from app.settings import Settings, get_settings
from pipelines.commands.options import Json, read_date, read_instant
from pipelines.commands.pipeline import NEEDS
from pipelines.output import PROBLEM, answer, chatter_on_stderr
from pipelines.sources import source_names

EARLIEST = 1970
"""No source has rows of an earlier year; taps count from there."""


def load(
    sources: Annotated[
        list[str] | None, typer.Argument(help=f"Which: {', '.join(source_names())}. Default: all.", metavar="SOURCE...")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read them anew from their start; one that was cut is gone on with.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="With --full: from this day or instant on instead of from their start.")
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="With --full: begin anew even if one was cut.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="Load the files of this folder, not the home's.", exists=True, file_okay=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Load sources now, whatever their turn; what was set aside is tried again.

    Example: plumbline load stripe --full --since 2025-01-01
    """
    settings = get_settings()
    names = _known(sources or [])
    if (since or restart) and not full:
        raise UsageError(
            "--since and --restart were given without --full. Expected them with it: an increment goes on where the "
            "last load stopped. Add --full."
        )
    if folder is not None:
        settings = settings.model_copy(update={"files_dir": folder.resolve()})
    start = None if since is None else _past(since, _start(since, settings), settings)
    with chatter_on_stderr(as_json):
        from pipelines.job import Run
        from pipelines.loading import load_now
        from pipelines.services import running

        with running(settings, *NEEDS):
            run = Run(uuid4(), business_instant(settings), settings, "load")
            outcome = load_now(run, names, is_full=full, since=start, anew=restart, say=PROBLEM.print)
    answer(outcome.payload(), as_json, outcome.draw)
    if outcome.failed:
        raise typer.Exit(FellShort.exit_code)


def sources(as_json: Json = False) -> None:
    """Show every source and its streams: when they were last loaded, how new they are, what is due, what drifted.

    Example: plumbline sources --json
    """
    settings = get_settings()
    with chatter_on_stderr(as_json):
        from pipelines.services import running
        from pipelines.source_report import read_report

        with running(settings, "warehouse"):
            report = read_report(settings)
    answer(report.payload(), as_json, report.draw)


def _start(since: str, settings: Settings) -> datetime:
    """The instant from which to load: an instant with its offset, or the begin of a day in the reporting time zone."""
    if len(since) > len("2026-10-31"):
        return read_instant("--since", since, settings)
    day = read_date("--since", since)
    if day is not None and day.year < EARLIEST:  # before it is counted in UTC, where the first year has no day before
        raise _no_start(since)
    return datetime.combine(day or date.min, time.min, settings.timezone).astimezone(UTC)


def _past(since: str, start: datetime, settings: Settings) -> datetime:
    """The start of a full load, which has to lie before now.

    Raises:
        UsageError: it does not, or no source can be as old.
    """
    if start.year < EARLIEST or start > business_instant(settings):
        raise _no_start(since)
    return start


def _no_start(since: str) -> UsageError:
    return UsageError(
        f"Nothing can be loaded since {since}. Expected a day or an instant that is past, {EARLIEST} or later. Leave "
        "--since out to load all there is."
    )


def _known(names: list[str]) -> list[str]:
    """The names, each once.

    Raises:
        UsageError: a source does not exist.
    """
    unknown = [name for name in names if name not in source_names()]
    if unknown:
        raise UsageError(f"No source is called {unknown[0]!r}. Expected one of: {', '.join(source_names())}.")
    return list(dict.fromkeys(names))


def add_to(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    app.command()(load)
    app.command()(sources)
