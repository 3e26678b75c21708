"""`plumbline policies`: MRR as others define it, and the rules between any two of them."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import get_settings
from pipelines.commands.options import Json, read_date
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from app.mrr_policies import Month, Rule, Told


def policies(
    policy: Annotated[
        str, typer.Argument(help="Lead from certified MRR to this policy's, rule by rule.", metavar="[POLICY]")
    ] = "",
    other: Annotated[
        str, typer.Argument(help="Lead from the first policy to this one instead.", metavar="[OTHER]")
    ] = "",
    month: Annotated[str | None, typer.Option(help="2026-10 or a day in it; else the newest that is over.")] = None,
    currency: Annotated[str, typer.Option(help="Only of customers who pay in it, such as eur.")] = "",
    as_json: Json = False,
) -> None:
    """Show MRR as Stripe, ChartMogul, ProfitWell, Recurly and Lago define it, and every rule between two of them.

    Example: plumbline policies stripe chartmogul --month 2026-10
    """
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.mrr_policies import OURS, rules_between, told_in
        from app.warehouse import Warehouse
        from pipelines.services import running

        day = read_date("--month", month)
        start, end = (policy, other) if other else (OURS, policy)
        with running(get_settings(), "warehouse"), closing(Warehouse(get_settings())) as warehouse:
            found = told_in(warehouse, OPERATOR, day and day.replace(day=1), currency)
            ends = (found.of(start), found.of(end)) if policy else None
            rules = rules_between(warehouse, OPERATOR, found.month, start, end, currency) if ends else ()
    answer(_payload(found, ends, rules, currency), as_json, lambda console: _draw(found, ends, rules, console))


def _payload(found: Month, ends: tuple[Told, Told] | None, rules: tuple[Rule, ...], currency: str) -> dict[str, object]:
    ours = found.told[0].mrr
    told: dict[str, object] = {
        "month": found.month,
        "is_complete": found.is_complete,
        "currency": currency.lower() or None,
        "unit": "usd",
        "policies": [
            {"policy": each.policy, "label": each.label, "mrr": each.mrr, "difference": each.mrr - ours}
            for each in found.told
        ],
    }
    if ends is None:
        return told
    return told | {
        "from": ends[0].policy,
        "to": ends[1].policy,
        "difference": ends[1].mrr - ends[0].mrr,
        "rules": [{"rule": each.rule, "label": each.label, "amount": each.amount} for each in rules],
        "unexplained": ends[1].mrr - ends[0].mrr - sum((each.amount for each in rules), Decimal(0)),
    }


def _draw(found: Month, ends: tuple[Told, Told] | None, rules: tuple[Rule, ...], console: Console) -> None:
    from rich.table import Table

    close = f"{found.month:%B %Y}" + ("" if found.is_complete else ", until now")
    console.print(f"MRR of {close}, US dollars", markup=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("", justify="left")
    table.add_column("MRR", justify="right")
    if ends is None:
        table.add_column("against certified", justify="right")
        for each in found.told:
            table.add_row(each.label, _number(each.mrr), _number(each.mrr - found.told[0].mrr, signed=True))
    else:
        table.add_row(ends[0].label, _number(ends[0].mrr))
        for rule in rules:
            table.add_row(f"  {rule.label}", _number(rule.amount, signed=True))
        table.add_row(ends[1].label, _number(ends[1].mrr))
    console.print(table)


def _number(value: Decimal, *, signed: bool = False) -> str:
    return f"{value:{'+' if signed and value else ''},.2f}".replace("-", "−")


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(policies)
