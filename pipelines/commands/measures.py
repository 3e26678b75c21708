"""`plumbline measures show|before`: the success measures, and what a question took before there was Plumbline."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import UsageError
from app.settings import get_settings
from pipelines.commands.options import Json, read_date
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from app.ledger.measures import Measure

app = typer.Typer(help="What Plumbline was made for, and how far it got.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
def show_measures(as_json: Json = False) -> None:
    """Show the success measures R1 to R5 of the last four weeks, with their targets.

    Example: plumbline measures show
    """
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.clock import wall
        from app.ledger.measured import measured
        from app.warehouse import Warehouse
        from pipelines.services import running

        settings = get_settings()
        with running(settings, "warehouse"), closing(Warehouse(settings)) as warehouse:
            found = measured(warehouse, OPERATOR, wall())
    answer({"measures": [_payload(one) for one in found]}, as_json, lambda console: _draw(found, console))


@app.command("before")
def say_before(
    hours: Annotated[float, typer.Argument(help="What an ad-hoc question took, from asking to answer.")],
    by: Annotated[str, typer.Option(help="Who of the company says so.")],
    on: Annotated[str, typer.Option(help="On which day, 2026-10-31.")],
    as_json: Json = False,
) -> None:
    """Note what an ad-hoc question took before, as somebody of the company says: R1 is measured against it.

    Example: plumbline measures before 60 --by "Ann Lee, CFO" --on 2026-10-31
    """
    day = read_date("--on", on)
    if day is None:
        raise UsageError("--on has no day. Found nothing; expected one such as 2026-10-31.")
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.warehouse import Warehouse
        from pipelines.services import running

        settings = get_settings()
        with running(settings, "warehouse"), closing(Warehouse(settings)) as warehouse:
            warehouse.ledger.say_before(OPERATOR, hours, by, day)
    answer({"hours": hours, "said_by": by, "said_on": day}, as_json,
           lambda console: console.print(f"Noted: {hours:g} hours, said by {by} on {day}.", markup=False))  # fmt: skip


def _payload(one: Measure) -> dict[str, object]:
    before = one.before
    return {
        "measure": one.key,
        "label": one.label,
        "value": one.value,
        "unit": one.unit,
        "goal": one.goal,
        "is_met": one.is_met,
        "why": one.why or None,
        "count": one.count,
        "left": one.left,
        "weeks": [{"monday": week.monday, "value": week.value, "count": week.count} for week in one.weeks],
        "before": before and {"hours": before.hours, "said_by": before.said_by, "said_on": before.said_on},
    }


def _draw(found: tuple[Measure, ...], console: Console) -> None:
    for one in found:
        value = "n/a" if one.value is None else f"{one.value:,.2f} {one.unit}"
        state = {None: "not known", True: "met", False: "missed"}[one.is_met]
        console.print(f"{one.key}  {one.label}: {value}, {state}{'. ' + one.why if one.why else ''}", markup=False)
