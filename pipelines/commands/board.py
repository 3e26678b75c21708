"""`plumbline board …`: figures frozen under a name, as they were, and what has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.access import OPERATOR
from app.errors import FellShort, UsageError
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from app.board.opened import Opened, OpenedPack
    from app.board.packs import Board
    from app.board.store import Pack
    from app.warehouse import Warehouse

app = typer.Typer(
    help="Board packs: a month's figures frozen under a name. Later loads never change one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(help="The pack's name, such as 'Board Q3 2026'.", metavar="NAME")]


@app.command("list")
def list_packs(as_json: Json = False) -> None:
    """List the board packs, newest first.

    Example: plumbline board list
    """
    with _warehouse(as_json) as warehouse:
        packs = warehouse.board.packs()
    answer({"packs": [vars(pack) for pack in packs]}, as_json, lambda console: console.print(
        "\n".join(f"{pack.month:%Y-%m}  {pack.name}  frozen {pack.made_at:%Y-%m-%d %H:%M} UTC by {pack.made_by}, "
                  f"fingerprint {pack.fingerprint}" for pack in packs) or "No board pack yet.", markup=False,
    ))  # fmt: skip


@app.command()
def freeze(
    name: Name,
    month: Annotated[str, typer.Option("--month", help="A month that is over, YYYY-MM; the last one where none is "
                                       "given.", metavar="YYYY-MM")] = "",
    figure: Annotated[list[str] | None, typer.Option("--figure", help="A figure, such as arr or net_mrr:product; "
                                                     "again for each. Without any: those of models/board_pack.yml.",
                                                     metavar="METRIC[:DIMENSION]")] = None,
    note: Annotated[str, typer.Option("--note", help="What it is for.", metavar="TEXT")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Freeze a month's figures under a name; each keeps its receipt for good.

    Example: plumbline board freeze "Board Q3 2026" --month 2026-09
    """
    from app.clock import as_of

    settings = get_settings()
    now = as_of(settings).astimezone(settings.timezone)
    with _warehouse(as_json) as warehouse:
        wanted = _month(month) if month else now.date().replace(day=1) - timedelta(days=1)
        pack = warehouse.board.freeze(OPERATOR, name, wanted, as_of=now, note=note, figures=figure or ())
        opened = warehouse.board.open(OPERATOR, pack)
    _answer(opened, as_json)


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show a pack as it was frozen, and how its figures compared last.

    Example: plumbline board show "Board Q3 2026"
    """
    _tell(name, as_json, lambda board, pack: board.open(OPERATOR, pack))


@app.command()
def compare(name: Name, as_json: Json = False) -> None:
    """Ask each figure of a pack again: what has changed since it was frozen, and why.

    Example: plumbline board compare "Board Q3 2026"
    """
    _tell(name, as_json, lambda board, pack: board.compare(OPERATOR, pack))


def _tell(name: str, as_json: bool, opening: Callable[[Board, Pack], OpenedPack]) -> None:
    """Answers with a pack; ends with 1 where it or a figure was changed by hand, or nothing says why it changed."""
    with _warehouse(as_json) as warehouse:
        opened = opening(warehouse.board, warehouse.board.pack(name))
    _answer(opened, as_json)
    if any(one.is_unproved for one in opened.figures) or not opened.is_whole:
        raise typer.Exit(FellShort.exit_code)


@contextmanager
def _warehouse(as_json: bool) -> Iterator[Warehouse]:
    settings = get_settings()
    with chatter_on_stderr(as_json):
        from app.warehouse import Warehouse
        from pipelines.services import running

        with running(settings, "warehouse"), closing(Warehouse(settings)) as warehouse:
            yield warehouse


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise UsageError(f"{text!r} is no month. Expected YYYY-MM, such as 2026-09.") from None


def _answer(opened: OpenedPack, as_json: bool) -> None:
    from app.ui.board_words import doubts

    payload = {
        **vars(opened.pack), "is_whole": opened.is_whole, "doubts": doubts(opened, get_settings().timezone),
        "figures": [_payload(one) for one in opened.figures],
    }  # fmt: skip
    answer(payload, as_json, lambda console: _draw(opened, console))


def _payload(one: Opened) -> dict[str, Any]:
    from app.receipts.form import spoken
    from app.receipts.words import as_json

    rows = as_json(one.shown)["rows"] if one.shown else []
    compared = vars(one.compared) if one.compared else None
    return {
        "metric": one.frozen.figure.metric, "label": one.label, "by": one.frozen.figure.by, "unit": one.unit,
        "receipt": spoken(one.frozen.receipt_id), "rows": rows, "compared": compared,
    }  # fmt: skip


def _draw(opened: OpenedPack, console: Console) -> None:
    from rich.table import Table

    from app.ui.board_words import NOT_WHOLE, change_words, compared_when, doubts, frozen_rows

    pack = opened.pack
    console.print(f"{pack.name}: {pack.month:%B %Y}, frozen {pack.made_at:%Y-%m-%d %H:%M} UTC by {pack.made_by}, "
                  f"fingerprint {pack.fingerprint}", markup=False)  # fmt: skip
    if not opened.is_whole:
        console.print(f"ALTERED: {NOT_WHOLE}", markup=False)
    zone = get_settings().timezone
    for said in (*doubts(opened, zone), compared_when(opened, zone)):
        if said:
            console.print(said, markup=False)
    table = Table(box=None, pad_edge=False)
    for head, side in (("figure", "left"), ("frozen", "right"), ("since", "left"), ("receipt", "left")):
        table.add_column(head, justify=side)  # type: ignore[arg-type]
    for one in opened.figures:
        for row in frozen_rows(one):
            table.add_row(row.label, row.value, change_words(one, row), row.receipt)
    console.print(table, markup=False)
