"""`plumbline bench NAME`: a figure against its goals."""

from __future__ import annotations

from typing import Annotated

import typer

from app.errors import FellShort
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr


def bench(
    name: Annotated[str, typer.Argument(help="Which; `plumbline bench list` names them.", metavar="NAME")],
    as_json: Json = False,
) -> None:
    """Measure, and compare with the goals; exit 1 when a goal that must be met is missed.

    Example: plumbline bench metric
    """
    from pipelines.bench import bench_names, draw, measure

    if name == "list":
        names = bench_names()
        answer({"benches": list(names)}, as_json, lambda console: console.print("\n".join(names)))
        return
    with chatter_on_stderr(as_json):
        payload = measure(name, get_settings())
    answer(payload, as_json, lambda console: draw(payload, console))
    if payload["missed"]:
        raise typer.Exit(FellShort.exit_code)


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(bench)
