"""`plumbline docs`: the data dictionary as pages, from the files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr


def docs(
    out: Annotated[Path | None, typer.Option("--out", help="The folder to write into; the home's, which the portal "
                                             "serves, where none is given.", file_okay=False)] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Write the data dictionary: every metric, table, column and source, and dbt's own documentation beside it.

    No warehouse is needed; where one is, the daily refresh writes the same with the columns' types.

    Example: plumbline docs --out dictionary
    """
    settings = get_settings()
    with chatter_on_stderr(as_json):
        from app.clock import wall
        from app.documents import folder_of
        from pipelines.dictionary.publish import write_without_warehouse

        folder = out or folder_of(settings)
        made = write_without_warehouse(settings, folder, as_of=wall())
    columns = sum(len(dataset.columns) for dataset in made.datasets)
    payload = {
        "folder": folder, "metrics": len(made.metrics), "datasets": len(made.datasets), "columns": columns,
        "sources": len(made.sources),
    }  # fmt: skip
    answer(payload, as_json, lambda console: console.print(
        f"{len(made.metrics)} metrics, {len(made.datasets)} tables and views with {columns:,} columns, "
        f"{len(made.sources)} sources: {folder / 'dictionary.html'}", markup=False, soft_wrap=True,
    ))  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(docs)
