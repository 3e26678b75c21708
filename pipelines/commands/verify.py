"""`plumbline verify`: the warehouse against the sandbox company's own ledger, to the cent."""

from __future__ import annotations

import typer

from app.errors import FellShort
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr


def verify(as_json: Json = False) -> None:
    """Compare every month's MRR, movements, customers, revenue and cash with the ledger, to the cent.

    Example: plumbline verify --json
    """
    settings = get_settings()
    with chatter_on_stderr(as_json):
        from pipelines.services import running
        from pipelines.verify import verify as compare

        with running(settings, "warehouse"):
            report = compare(settings)
    answer(report.payload(), as_json, report.draw)
    if not report.ok:
        raise typer.Exit(FellShort.exit_code)


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(verify)
