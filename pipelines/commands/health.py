"""`plumbline health [CUSTOMER]`: who is at risk of leaving and why, and how far the scores can be relied on."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from app.customer_health import CustomerHealth

SHOWN = 40
"""So many customers are drawn on the terminal; `--json` has them all."""
UNSAID = "No customer's health has been scored yet: `plumbline run health` does it, once a build knows who pays."


def health(
    customer: Annotated[str, typer.Argument(help="Its id or name; all that pay where none is given.")] = "",
    as_json: Json = False,
) -> None:
    """Show which customers are at risk of leaving, each with its reasons, and how the model has done before.

    Example: plumbline health "Acorn Hotels"
    """
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.customer_health import customer_health
        from app.warehouse import Warehouse
        from pipelines.services import running

        with running(get_settings(), "warehouse"), closing(Warehouse(get_settings())) as warehouse:
            found = customer_health(warehouse, OPERATOR, customer)
            until = warehouse.status(OPERATOR, "customers_at_risk").data_until
    is_one = bool(customer) and bool(found.customers)
    answer(_payload(found) | {"data_until": until}, as_json,
           lambda console: _draw_one(found, console) if is_one else _draw(found, console))  # fmt: skip


def _payload(found: CustomerHealth) -> dict[str, object]:
    return {
        "month": found.model and found.model["month"],
        "reason": UNSAID if found.model is None else found.model["reason"],
        "model": found.model and {name: each for name, each in _without_month(found.model).items() if name != "reason"},
        "calibration": [_without_month(row) for row in found.calibration],
        "inputs": [_without_month(row) for row in found.inputs],
        "customers": [_without_month(row) for row in found.customers],
    }


def _without_month(row: Mapping[str, Any]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "month"}


def _draw(found: CustomerHealth, console: Console) -> None:
    from rich.markup import escape
    from rich.table import Table

    _draw_model(found, console)
    scored = [row for row in found.customers if row["score"] is not None]
    if not scored:
        return
    table = Table(box=None, pad_edge=False)
    for name in ("customer", "health"):
        table.add_column(name)
    for name in ("score", "chance", "known", "MRR usd"):
        table.add_column(name, justify="right")
    table.add_column("why")
    for row in scored[:SHOWN]:
        numbers = (f"{row['score']:.0f}", f"{row['probability']:.1%}", f"{row['confidence']:.0%}")
        table.add_row(escape(row["customer_name"]), row["health_band"], *numbers, f"{row['mrr_usd']:,.2f}",
                      escape(row["reasons"]))  # fmt: skip
    console.print(table)
    more, without = len(scored) - SHOWN, len(found.customers) - len(scored)
    if more > 0:
        console.print(f"… and {more:,} more: see --json.", markup=False)
    if without:
        console.print(f"{without:,} have no score; most have given notice: see --json.", markup=False)


def _draw_model(found: CustomerHealth, console: Console) -> None:
    """How far the scores can be relied on, or why there are none."""
    model = found.model
    if model is None:
        console.print(UNSAID, markup=False)
    elif model["reason"]:
        console.print(f"No health scores for {model['month']:%Y-%m}: {model['reason']}.", markup=False)
    else:
        console.print(
            f"Health at the close of {model['month']:%Y-%m}, learnt from {model['learnt_leavers']:,} who left. "
            f"Tried on {model['trial_rows']:,} it had not seen, of whom {model['trial_leavers']:,} left: it ranked who "
            f"left above who stayed in {model['auc'] * 100:.0f} % of pairs, and its tenth with the highest chances had "
            f"{model['lift']:.1f} times the usual share of leavers.", markup=False)  # fmt: skip


def _draw_one(found: CustomerHealth, console: Console) -> None:
    """One customer: its score, from that of a usual customer on, input by input."""
    from rich.table import Table

    [row] = found.customers
    who = f"{row['customer_name']} ({row['customer_id']}): {row['health_band']}, MRR {row['mrr_usd']:,.2f} usd"
    owner = row["owner"] or "nobody known"
    console.print(f"{who}, {row['product']} {row['plan']}, owner {owner}", markup=False)
    if row["score"] is None:
        console.print(f"No score: {row['health_note']}.", markup=False)
        return
    labels = {each["input"]: each["label"] for each in found.inputs} | {"limit": "where the scale ends"}
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("points", justify="right")
    table.add_row("a customer who is usual in everything", f"{row['base_score']:.2f}")
    for name, points in sorted(row["points"].items(), key=lambda one: one[1]):
        table.add_row(labels[name], f"{points:+.2f}".replace("-", "−"))
    table.add_row("health score", f"{row['score']:.2f}")
    console.print(table)
    console.print(f"Chance to leave within three months: {row['probability']:.1%}. Of what counts, "
                  f"{row['confidence']:.0%} is known of it.\n{row['reasons']}", markup=False)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(health)
