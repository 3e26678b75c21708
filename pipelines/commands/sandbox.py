"""`plumbline sandbox advance`: the sandbox company goes on living."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from app.clock import as_of
from app.errors import UsageError
from app.settings import Settings, get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

app = typer.Typer(help="The sandbox company.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def sandbox() -> None:
    """The sandbox company."""


@app.command()
def birth(as_json: Json = False) -> None:
    """Bring the sandbox company to life, with its history; one that lives is left as it is.

    Example: plumbline sandbox birth
    """
    settings = _sandbox_settings()
    with chatter_on_stderr(as_json):
        from pipelines.sandbox.birth import bring_to_life

        bring_to_life(settings)
    said = f"The company lives; its clock stands at {as_of(settings):%Y-%m-%d %H:%M} UTC."
    answer({"scale": settings.sandbox_scale, "as_of": as_of(settings)}, as_json, lambda console: console.print(said))


@app.command()
def advance(
    days: Annotated[int, typer.Option(help="How many days the company lives on.", min=1, max=3660)],
    as_json: Json = False,
) -> None:
    """Let the sandbox company live on; its vendors and its production database then hold what happened.

    Example: plumbline sandbox advance --days 40 && plumbline run refresh
    """
    settings = _sandbox_settings()
    with chatter_on_stderr(as_json):
        from pipelines.sandbox.birth import advance as live_on
        from pipelines.sandbox.publish import publish
        from pipelines.services import running

        before = as_of(settings)
        with running(settings, "warehouse", "production"):
            live_on(settings, days)
            published = publish(settings, since=int(before.timestamp()))
        after = as_of(settings)
    said = f"The company's clock went from {before:%Y-%m-%d %H:%M} to {after:%Y-%m-%d %H:%M} UTC."
    said += " `plumbline run refresh` brings it into the warehouse."
    payload = {"days": days, "from": before, "to": after, "published": asdict(published)}
    answer(payload, as_json, lambda console: console.print(said))


def _sandbox_settings() -> Settings:
    settings = get_settings()
    if not settings.has_sandbox:
        raise UsageError(
            "There is no sandbox company: PLUMBLINE_SANDBOX_SCALE is none. Expected small, demo or large."
        )
    return settings
