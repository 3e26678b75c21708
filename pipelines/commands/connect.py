"""`plumbline connect SOURCE`: asks for credentials, tests them, keeps them where only their owner reads them."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from app.errors import UsageError
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import PROBLEM, answer
from pipelines.sources import source_names


def connect(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(source_names())}.", metavar="SOURCE")],
    no_test: Annotated[
        bool, typer.Option("--no-test", help="Keep them without asking the source whether they hold.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask for a source's credentials, test them, and keep them in the home, mode 600.

    Typed at a terminal, or as one JSON object on standard input. Secrets are never arguments, which others can see.

    Example: plumbline connect stripe
    """
    from pipelines.connecting import forget_nothing, keep, refuse_unknown, test

    settings = get_settings()
    source = refuse_unknown(settings, name)
    known = forget_nothing(settings, source)
    if sys.stdin.isatty():
        given = {}
        for one in source.credentials:
            PROBLEM.print(f"{one.key}: {one.asks}", markup=False)
            kept = known.get(one.key) or one.default
            given[one.key] = typer.prompt(
                one.key, default=kept or ("" if one.default is not None else None), err=True,
                hide_input=one.is_secret, show_default=bool(kept) and not one.is_secret,
            ).strip()
    else:
        given = known | _read(sys.stdin.read())
    said = "not tested" if no_test else test(settings, source, given)
    file = keep(settings, source, given)
    told = f"✓ {source.label}: {said}. Kept in {file}. Now `plumbline load {name}`."
    payload = {"source": name, "kept_in": str(file), "said": said}
    answer(payload, as_json, lambda console: console.print(told, markup=False))


def _read(text: str) -> dict[str, str]:
    """The credentials on standard input.

    Raises:
        UsageError: it is no JSON object; what it holds is not repeated.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UsageError(
            "Standard input is not one JSON object. Found something that is not shown; expected the credentials by "
            "their names, such as {\"url\": \"postgresql://…\"}. See docs/sources."
        )
    return {str(key): str(value).strip() for key, value in found.items()}


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(connect)
