"""`plumbline metrics` and `plumbline metric NAME`: the dictionary, and one figure with its proof."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import UsageError
from app.settings import get_settings
from pipelines.commands.options import Json, read_date
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from app.metrics import Metric
    from app.warehouse import Answer


def metrics(as_json: Json = False) -> None:
    """List the certified metrics: name, label, unit, owner, what it may be broken down by.

    Example: plumbline metrics
    """
    from app.metrics import catalogue

    known = catalogue()
    rows: list[dict[str, object]] = [
        {
            "metric": name,
            "label": metric.label,
            "question": metric.question,
            "definition": metric.definition,
            "kind": metric.kind,
            "unit": metric.unit,
            "owner": metric.owner,
            "dimensions": list(metric.dimensions),
            "answers": list(metric.answers),
        }
        for name, metric in sorted(known.items())
    ]
    answer({"metrics": rows}, as_json, lambda console: _draw_catalogue(rows, console))


def metric(
    name: Annotated[str, typer.Argument(help="The metric's name; `plumbline metrics` lists them.", metavar="NAME")],
    by: Annotated[list[str] | None, typer.Option(help="Break down by this dimension; may be given again.")] = None,
    since: Annotated[str | None, typer.Option(help="First month, 2026-01 or a day in it.")] = None,
    until: Annotated[str | None, typer.Option(help="Last month, inclusive.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="DIMENSION=VALUE; may be given again.")] = None,
    as_json: Json = False,
) -> None:
    """Answer one certified metric by month, with the SQL and the promises behind it.

    Example: plumbline metric net_mrr --by product --since 2026-01
    """
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.clock import as_of as business_instant
        from app.metrics import Question
        from app.ui.reading import read_at
        from app.warehouse import Warehouse
        from pipelines.services import running

        settings = get_settings()
        question = Question(
            metric=name,
            by=tuple(by or ()),
            since=read_date("--since", since),
            until=read_date("--until", until),
            where=tuple(_filter(text) for text in where or ()),
            include_partial=True,
        )
        _refuse_unknown(name)
        with running(settings, "warehouse"), closing(Warehouse(settings)) as warehouse:
            instant = read_at(business_instant(settings), warehouse.progress.data_until())
            found = warehouse.answer(OPERATOR, question, as_of=instant)
        payload = _payload(question.by, found) | {"metric": name, "as_of": instant}
    answer(payload, as_json, lambda console: _draw(payload, console))


def _refuse_unknown(name: str) -> None:
    from difflib import get_close_matches

    from app.metrics import catalogue

    known = catalogue()
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.4)
        meant = f" Did you mean {', '.join(near)}?" if near else ""
        raise UsageError(f"No metric is called {name!r}.{meant} `plumbline metrics` lists them all.")


def _filter(text: str) -> tuple[str, str]:
    dimension, equals, value = text.partition("=")
    if not (dimension and equals):
        raise UsageError(f"--where is not a filter. Found {text!r}; expected DIMENSION=VALUE, such as country=DE.")
    return dimension, value


def _payload(by: tuple[str, ...], found: Answer) -> dict[str, object]:
    from app.receipts.form import spoken

    metric: Metric = found.metric
    failed = found.build_failed
    columns = ("month", *by, "value")
    return {
        "label": metric.label,
        "unit": metric.unit,
        "by": list(by),
        "rows": [
            dict(zip(columns, row, strict=True)) | ({"reason": found.reasons.get(row[0])} if found.reasons else {})
            for row in found.rows
        ],
        "data_until": found.data_until,
        "checked_at": found.checked_at,
        "promises_kept": found.promises_kept,
        "promises_broken": found.promises_broken,
        "promises_warned": found.promises_warned,
        "build_failed": failed and {"at": failed.at, "reason": failed.reason},
        "null_reason": found.why_null(max((row[0] for row in found.rows if row[-1] is None), default=date.min)) or None,
        "sql": found.sql,
        "receipt": found.receipt and spoken(found.receipt),
    }


def _draw(payload: dict[str, object], console: Console) -> None:
    from rich.table import Table

    rows: list[dict[str, object]] = payload["rows"]  # type: ignore[assignment]
    by: list[str] = payload["by"]  # type: ignore[assignment]
    table = Table(title=f"{payload['label']}, {payload['unit']}", title_justify="left", box=None, pad_edge=False)
    for column in ("month", *by):
        table.add_column(column)
    table.add_column("value", justify="right")
    for row in rows:
        month = str(row["month"])[:7]
        table.add_row(month, *(str(row[column]) for column in by), _number(row, payload))
    if rows:
        console.print(table, soft_wrap=False)
    else:
        console.print("No rows: nothing is loaded yet, or the filters leave nothing.")
    console.print(f"Data until {payload['data_until']}, checked at {payload['checked_at']}", markup=False)
    if payload["receipt"]:
        said = f"Receipt {payload['receipt']}; `plumbline receipt {payload['receipt']} --check` says whether it holds"
        console.print(said, markup=False)
    failed = payload["build_failed"]
    if isinstance(failed, dict):
        said = f"The newest build failed at {failed['at']}: {failed['reason']}"
        console.print(f"{said} The figures are those of the build before.", markup=False)
    for outcome in ("broken", "warned"):
        names = payload[f"promises_{outcome}"]
        if isinstance(names, list | tuple) and names:
            console.print(f"{outcome.capitalize()} promises: " + "; ".join(str(each) for each in names), markup=False)


def _number(row: dict[str, object], payload: dict[str, object]) -> str:
    value = row["value"]
    if value is None:
        reason = row.get("reason") or payload["null_reason"]
        return f"n/a ({reason})" if reason else "n/a"
    decimals = {"usd": 2, "count": 0, "ratio": 4, "months": 1, "days": 1}.get(str(payload["unit"]), 2)
    return f"{value:,.{decimals}f}".replace("-", "−")


def _draw_catalogue(rows: list[dict[str, object]], console: Console) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("metric", "label", "unit", "owner", "by"):
        table.add_column(column)
    for row in rows:
        dimensions: list[str] = row["dimensions"]  # type: ignore[assignment]
        table.add_row(*(str(row[key]) for key in ("metric", "label", "unit", "owner")), ", ".join(dimensions))
    console.print(table, soft_wrap=False)


def add_to(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    app.command()(metrics)
    app.command()(metric)
