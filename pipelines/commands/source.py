"""`plumbline source …`: pause one, let it go on, read its log, close what drifted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from app.access import OPERATOR
from app.errors import UsageError
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr
from pipelines.sources import source_names

if TYPE_CHECKING:
    from app.steering import Steering

app = typer.Typer(help="One source: pause it, let it go on, read its log.", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help=f"One of: {', '.join(source_names())}.", metavar="SOURCE")]


@app.command()
def pause(
    name: Name, reason: Annotated[str, typer.Option(help="Why, for those who see it.")] = "", as_json: Json = False
) -> None:
    """Load a source no more until it is resumed; what was loaded stays.

    Example: plumbline source pause stripe --reason "key is being changed"
    """
    told = f"{name} is paused.", f"{name} was paused already."
    _steer(name, as_json, lambda steering: steering.pause(name, reason), *told)


@app.command()
def resume(name: Name, as_json: Json = False) -> None:
    """Let a paused source be loaded again; it goes on where it stopped.

    Example: plumbline source resume stripe
    """
    _steer(name, as_json, lambda steering: steering.resume(name), f"{name} goes on.", f"{name} was not paused.")


@app.command()
def resolve(name: Name, as_json: Json = False) -> None:
    """Close a source's open incidents of drift, because somebody has looked at them.

    Example: plumbline source resolve salesforce
    """
    _steer(name, as_json, lambda steering: steering.resolve(name), "Closed.", "There was nothing open.")


@app.command()
def log(name: Name, as_json: Json = False) -> None:
    """Print the log of a source's latest load.

    Example: plumbline source log stripe
    """
    settings = get_settings()
    with chatter_on_stderr(as_json):
        from app.load_logs import latest
        from pipelines.services import running

        with running(settings, "warehouse"):
            found = latest(settings, name)
    answer({"source": name, "log": found.name, "lines": found.lines}, as_json,
           lambda console: console.print("\n".join(found.lines), markup=False))


def _steer(name: str, as_json: bool, act: Callable[[Steering], bool], done: str, nothing: str) -> None:
    if name not in source_names():
        raise UsageError(f"No source is called {name!r}. Expected one of: {', '.join(source_names())}.")
    settings = get_settings()
    with chatter_on_stderr(as_json):
        from app.connections import Connections
        from app.steering import Steering
        from pipelines.services import running

        with running(settings, "warehouse"):
            connections = Connections(settings)
            try:
                changed = act(Steering(connections, OPERATOR))
            finally:
                connections.close()
    payload = {"source": name, "changed": changed}
    answer(payload, as_json, lambda console: console.print(done if changed else nothing))
