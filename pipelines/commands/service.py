"""`plumbline up`, `down`, `status`, `doctor`: the house as a whole."""

from __future__ import annotations

from typing import Annotated

import typer

from app.errors import FellShort
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer


def up(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="--no-serve: set up, load and build, then stop all and exit.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Start everything: databases, sandbox company, portal, one run of the whole pipeline, scheduler.

    What is there already is kept: a second start takes seconds. Ctrl-C stops all it started.

    Example: plumbline up
    """
    from pipelines.up import bring_up

    raise typer.Exit(bring_up(get_settings(), serve=serve, as_json=as_json))


def down(as_json: Json = False) -> None:
    """Stop everything that runs in this home.

    Example: plumbline down
    """
    from pipelines.up import bring_down

    stopped = bring_down(get_settings())
    said = f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running."
    answer({"stopped": stopped}, as_json, lambda console: console.print(said))


def status(as_json: Json = False) -> None:
    """Say what is loaded, built, checked and up; 0 only when all of it is.

    Example: plumbline status --json
    """
    from pipelines.status import look
    from pipelines.status_table import draw

    report = look(get_settings())
    answer(report.payload(), as_json, lambda console: draw(report, console))
    if report.short_of:
        raise typer.Exit(FellShort.exit_code)


def doctor(as_json: Json = False) -> None:
    """Examine this machine and this home, and say what to do about what is wrong.

    Example: plumbline doctor
    """
    from pipelines.doctor import draw, examine

    findings = examine(get_settings())
    is_well = all(finding.ok for finding in findings)
    payload = {"ok": is_well, "checks": [finding.payload() for finding in findings]}
    answer(payload, as_json, lambda console: draw(findings, console))
    if not is_well:
        raise typer.Exit(FellShort.exit_code)


def add_to(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    for command in (up, down, status, doctor):
        app.command()(command)
