"""`plumbline receipt ID`: what a figure that was shown rests on, and whether that still holds."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import FellShort
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from app.receipts.desk import Shown


def receipt(
    receipt_id: Annotated[str, typer.Argument(help="As it stands under a figure, such as 7K3M-Q9XA-2BFD.",
                                              metavar="ID")],
    check: Annotated[bool, typer.Option("--check", help="Work the figure out again and say whether it holds.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Show what a figure rests on: definition, statement, data, promises; with --check, whether it still holds.

    Example: plumbline receipt 7K3M-Q9XA-2BFD --check
    """
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.receipts import words
        from app.warehouse import Warehouse
        from pipelines.services import running

        settings = get_settings()
        with running(settings, "warehouse"), closing(Warehouse(settings)) as warehouse:
            verdict = warehouse.receipts.check(OPERATOR, receipt_id) if check else None
            shown = verdict.shown if verdict else warehouse.receipts.show(OPERATOR, receipt_id)
        payload = words.as_json(shown) | (words.verdict_as_json(verdict) if verdict else {})
        lines = words.told(shown, settings.timezone)
        judged = words.judged(verdict, settings.timezone) if verdict else []
    answer(payload, as_json, lambda console: _draw(shown, lines, judged, console))
    if (verdict and not verdict.holds) or shown.altered:
        raise typer.Exit(FellShort.exit_code)


def _draw(shown: Shown, lines: list[str], judged: list[str], console: Console) -> None:
    from rich.table import Table

    from app.receipts.words import exact, table_in

    names, rows = table_in(shown)
    table = Table(box=None, pad_edge=False)
    at = names.index("value") if "value" in names else len(names)
    for index, name in enumerate(names):
        table.add_column(name, justify="right" if index == at else "left")
    for row in rows:
        table.add_row(*(str(value)[:7] if name == "month" else exact(value) if index == at else str(value or "")
                        for index, (name, value) in enumerate(zip(names, row, strict=True))))  # fmt: skip
    for line in lines:
        console.print(line, markup=False)
    console.print(table, markup=False, soft_wrap=False)
    console.print(shown.stored.receipt.sql, markup=False)
    for line in judged:
        console.print(line, markup=False)


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(receipt)
