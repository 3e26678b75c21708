"""`plumbline known NAME`: how the figure of a month was known over time, and why it moved."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from app.counting import counted
from app.settings import get_settings
from pipelines.commands.options import Json, read_date, read_known
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from decimal import Decimal

    from rich.console import Console

    from app.known.moments import Moment
    from app.known.movement import Move, Movement
    from app.known.parts import Part

MOST_CUSTOMERS = 5


def known(
    name: Annotated[str, typer.Argument(help="The metric's name; `plumbline metrics` lists them.", metavar="NAME")],
    month: Annotated[str | None, typer.Option(help="2026-10 or a day in it. Default: the last that closed.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="From what was known then: a day (its end) or an instant. "
                                                "Default: the first build that knew the month as closed.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to what was known then. Default: now.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Tell each moment at which the figure of a month moved, by how much, and by which cause.

    Example: plumbline known net_mrr --month 2026-10
    """
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.clock import as_of as business_instant
        from app.known.movement import movement
        from app.warehouse import Warehouse
        from pipelines.services import running

        settings = get_settings()
        clock = business_instant(settings)
        day = read_date("--month", month)
        begin = None if since is None else read_known("--from", since, settings, clock)
        end = None if until is None else read_known("--to", until, settings, clock)
        with running(settings, "warehouse"), closing(Warehouse(settings)) as warehouse:
            found = movement(warehouse.memory, OPERATOR, name, day, begin, end)
    payload = _payload(found)
    answer(payload, as_json, lambda console: _draw(found, console))


def _payload(found: Movement) -> dict[str, object]:
    return {
        "metric": found.metric.name,
        "label": found.metric.label,
        "unit": found.metric.unit,
        "month": found.month,
        "first": _moment(found.first) | {"value": found.first_value},
        "last": _moment(found.last) | {"value": found.last_value},
        "difference": found.difference,
        "causes": found.causes,
        "moments": [
            _moment(move.moment)
            | {"before": move.before, "value": move.value, "change": move.change,
               "parts": [_part(part) for part in move.parts]}
            for move in found.moves
        ],
    }  # fmt: skip


def _moment(moment: Moment) -> dict[str, object]:
    return {
        "known_at": moment.known_at, "recorded_at": moment.recorded_at, "data_until": moment.as_of,
        "build_id": moment.build_id,
    }  # fmt: skip


def _part(part: Part) -> dict[str, object]:
    return {
        "cause": part.cause, "amount": part.amount, "may_be": list(part.may_be), "customers": part.customers,
        "said": part.said,
    }  # fmt: skip


def _draw(found: Movement, console: Console) -> None:
    from app.known.parts import CAUSES

    console.print(f"{found.metric.label} of {found.month:%B %Y}, {found.metric.unit}", markup=False)
    for moment, value in ((found.first, found.first_value), (found.last, found.last_value)):
        console.print(f"  {_number(value)} known at {moment.known_at:%Y-%m-%d %H:%M} UTC", markup=False)
    if not found.moves:
        console.print("It has not moved between the two.", markup=False)
        return
    console.print(f"Difference {_number(found.difference)}", markup=False)
    for cause, amount in found.causes.items():
        if amount:
            console.print(f"  {_number(amount)} {CAUSES[cause].lower()}", markup=False)
    for move in found.moves:
        _draw_move(move, console)


def _draw_move(move: Move, console: Console) -> None:
    from app.known.parts import CAUSES

    said = f"{move.moment.known_at:%Y-%m-%d %H:%M} UTC: {_number(move.before)} to {_number(move.value)}"
    console.print(said, markup=False)
    for part in move.parts:
        what = " or ".join(CAUSES[each].lower() for each in part.may_be) or CAUSES[part.cause].lower()
        console.print(f"  {_number(part.amount)} {what}. {part.said}", markup=False)
        largest = sorted(part.customers.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
        for customer, amount in largest[:MOST_CUSTOMERS]:
            console.print(f"    {_number(amount)} {customer}", markup=False)
        if len(largest) > MOST_CUSTOMERS:
            more = counted(len(largest) - MOST_CUSTOMERS, "customer")
            console.print(f"    and {more} more (--json has all)", markup=False)


def _number(value: Decimal | None) -> str:
    return "n/a" if value is None else f"{value.normalize():,f}".replace("-", "−")


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(known)
