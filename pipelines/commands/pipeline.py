"""`plumbline run JOB`: one job, now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from app.clock import as_of as business_instant
from app.errors import FellShort, UsageError
from app.settings import get_settings
from pipelines.commands.options import Json, read_instant
from pipelines.jobs import job_names
from pipelines.output import PROBLEM, answer, chatter_on_stderr

NEEDS = ("warehouse", "production", "vendors", "mailbox")
"""What a job's steps may reach for; only what this home has and is not up is started."""


def run(
    job: Annotated[str, typer.Argument(help=f"One of: {', '.join(job_names())}.", metavar="JOB")],
    as_of: Annotated[
        str | None,
        typer.Option(help="The business instant: a day (its end), or an instant with offset. Default: now."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a job's steps in their order, and record the run; a failed step is no reason to leave out the others.

    Example: plumbline run build --as-of 2026-10-31
    """
    settings = get_settings()
    if job not in job_names():
        raise UsageError(f"No job is called {job!r}. Expected one of: {', '.join(job_names())}.")
    clock = business_instant(settings)
    instant = clock if as_of is None else read_instant("--as-of", as_of, settings)
    if instant > clock:
        raise UsageError(
            f"--as-of lies ahead of the business clock. Found {as_of!r}, which is {_told(instant)}; the clock stands "
            f"at {_told(clock)}. Expected that instant or an earlier one; without --as-of it is the clock's."
        )
    with chatter_on_stderr(as_json):
        from pipelines.job import execute
        from pipelines.jobs import read_job
        from pipelines.services import running

        with running(settings, *NEEDS):
            outcome = execute(
                read_job(job),
                settings,
                instant,
                is_now=as_of is None,
                on_step=lambda step: PROBLEM.print(f"{step} …"),
                on_wait=lambda: PROBLEM.print("Another job is running; waiting for it to end …"),
            )
    answer(outcome.payload(), as_json, outcome.draw)
    if outcome.error is not None:
        raise typer.Exit(FellShort.exit_code)


def _told(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(run)
