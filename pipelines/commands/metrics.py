"""`plumbline metrics` and `plumbline metric NAME`: the dictionary, and one figure with its proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import UsageError
from app.settings import Settings, get_settings
from pipelines.commands.clocks import Clocks, draw_clocks
from pipelines.commands.options import Json, read_date
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from app.answers import Answer
    from app.made_of import Additivity
    from app.metrics import Metric
    from app.warehouse import Warehouse

FILTER = re.compile(r"([^=<>]+)(<=|>=|=|<|>)(.*)", re.DOTALL)
NUMBERS = ("value", "compared", "change", "relative")


def metrics(as_json: Json = False) -> None:
    """List the certified metrics: name, label, unit, owner, what it may be broken down by.

    Example: plumbline metrics
    """
    from app.made_of import additivity_of, dimensions_of
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
            "dimensions": list(dimensions_of(metric, known)),
            "answers": list(metric.answers),
            **_adds_up(additivity_of(metric, known)),
        }
        for name, metric in sorted(known.items())
    ]
    answer({"metrics": rows}, as_json, lambda console: _draw_catalogue(rows, console))


def metric(
    name: Annotated[str, typer.Argument(help="The metric's name; `plumbline metrics` lists them.", metavar="NAME")],
    by: Annotated[list[str] | None, typer.Option(help="Break down by this dimension; may be given again.")] = None,
    since: Annotated[str | None, typer.Option(help="First month, 2026-01 or a day in it.")] = None,
    until: Annotated[str | None, typer.Option(help="Last month, inclusive.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="DIMENSION=VALUE, of dates also < <= > >=; may be given again.")
    ] = None,
    unless: Annotated[
        list[str] | None, typer.Option("--not", help="DIMENSION=VALUE to leave out; may be given again.")
    ] = None,
    grain: Annotated[str, typer.Option(help="month, quarter, year; of what is known by day also day, week.")] = "month",
    compare: Annotated[str | None, typer.Option(help="month_before, quarter_before or year_before.")] = None,
    average: Annotated[bool, typer.Option(help="Of a cohort metric: all cohorts together, by age.")] = False,
    as_of: Annotated[str | None, typer.Option(help="What was known then: a day (its end) or an instant.")] = None,
    at: Annotated[str | None, typer.Option(help="What is known about then: a day (its end) or an instant.")] = None,
    as_json: Json = False,
) -> None:
    """Answer one certified metric by month, with the SQL and the promises behind it.

    Example: plumbline metric net_mrr --by product --since 2026-01 --compare year_before
    """
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.clock import as_of as business_instant
        from app.made_of import is_by_day, metric_of
        from app.metrics import Question, catalogue
        from app.ui.reading import read_at

        settings = get_settings()
        filters = [_filter(text) for text in where or ()]
        question = Question(
            metric=name,
            by=tuple(by or ()),
            since=read_date("--since", since),
            until=read_date("--until", until),
            where=tuple((dimension, value) for dimension, sign, value in filters if sign == "="),
            unless=tuple((dimension, value) for dimension, _, value in map(_equal, unless or ())),
            dated=tuple((dimension, sign, _day(value)) for dimension, sign, value in filters if sign != "="),
            grain=grain,  # type: ignore[arg-type]  # a word that is none is refused by the compiler, in its words
            compare=compare,  # type: ignore[arg-type]
            average=average,
        )
        clock = business_instant(settings)
        clocks = Clocks.read(settings, clock, as_of, at)
        if not clocks.known:
            metric_of(name, catalogue())
        with asked(settings, name) as warehouse:
            instant = read_at(clock, warehouse.progress.data_until())
            if clocks.are_read:
                found, instant, told = clocks.ask(warehouse, question, instant)
            else:
                # Of what is only known by month the running one has nothing to be compared with.
                partial = compare is None or (grain == "month" and is_by_day(catalogue()[name], catalogue()))
                found = warehouse.answer(OPERATOR, replace(question, include_partial=partial), as_of=instant)
                told = {}
        payload = _payload(question.by, found) | {"metric": name, "as_of": instant} | told
    answer(payload, as_json, lambda console: _draw(payload, console, bool(where or unless)))


@contextmanager
def asked(settings: Settings, name: str) -> Iterator[Warehouse]:
    """The warehouse, for a question about a metric that the question ledger notes."""
    from app.access import OPERATOR
    from app.warehouse import Warehouse
    from pipelines.services import running

    with (
        running(settings, "warehouse"),
        closing(Warehouse(settings)) as warehouse,
        warehouse.ledger.metric(OPERATOR, name),
    ):
        yield warehouse


def _filter(text: str) -> tuple[str, str, str]:
    found = FILTER.fullmatch(text)
    if found is None:
        raise UsageError(f"--where is not a filter. Found {text!r}; expected DIMENSION=VALUE, such as country=DE.")
    return found[1], found[2], found[3]


def _equal(text: str) -> tuple[str, str, str]:
    found = FILTER.fullmatch(text)
    if found is None or found[2] != "=":
        raise UsageError(f"--not is not a filter. Found {text!r}; expected DIMENSION=VALUE, such as country=DE.")
    return found[1], found[2], found[3]


def _day(text: str) -> date:
    found = read_date("--where", text)
    return date.min if found is None else found


def _adds_up(additivity: Additivity | None) -> dict[str, object]:
    """Over what a metric's values add up, and why."""
    if additivity is None:
        return {}
    return {
        "additive_over_time": additivity.over_time,
        "additive_over_dimensions": list(additivity.over_dimensions),
        "why_over_time": additivity.why_over_time,
        "why_over_dimensions": additivity.why_over_dimensions,
    }


def _payload(by: tuple[str, ...], found: Answer) -> dict[str, object]:
    from app.receipts.form import spoken

    metric: Metric = found.metric
    failed = found.build_failed
    value = found.columns.index("value")
    missing = [row[0] for row in found.rows if row[value] is None]
    why = found.why_null(max(missing)) if missing else "" if found.rows else found.nothing_known
    return {
        "label": metric.label,
        "unit": metric.unit,
        "by": list(by),
        "columns": list(found.columns),
        "rows": [
            dict(zip(found.columns, row, strict=True)) | ({"reason": why} if any(found.row_reasons) else {})
            for row, why in zip(found.rows, found.row_reasons, strict=True)
        ],
        **_adds_up(found.additivity),
        "data_until": found.data_until,
        "checked_at": found.checked_at,
        "promises_kept": found.promises_kept,
        "promises_broken": found.promises_broken,
        "promises_warned": found.promises_warned,
        "build_failed": failed and {"at": failed.at, "reason": failed.reason},
        "null_reason": why or None,
        "sql": found.sql,
        "receipt": found.receipt and spoken(found.receipt),
    }


def _draw(payload: dict[str, object], console: Console, is_filtered: bool) -> None:
    from rich.table import Table

    rows: list[dict[str, object]] = payload["rows"]  # type: ignore[assignment]
    columns: list[str] = payload["columns"]  # type: ignore[assignment]
    table = Table(title=f"{payload['label']}, {payload['unit']}", title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in NUMBERS else "left")
    for row in rows:
        table.add_row(*(_cell(column, row, payload) for column in columns))
    if rows:
        console.print(table, markup=False, soft_wrap=False)
    else:
        narrowed = ", or the filters leave nothing" if is_filtered else ""
        console.print(f"No rows: {payload['null_reason']}{narrowed}.", markup=False)
    checked = f"checked at {payload['checked_at']}" if payload["checked_at"] else "not checked yet"
    checked = "by what was known then, whose promises are not remembered" if payload.get("known") else checked
    console.print(f"Data until {payload['data_until']}, {checked}", markup=False)
    if payload["receipt"]:
        said = f"Receipt {payload['receipt']}; `plumbline receipt {payload['receipt']} --check` says whether it holds"
        console.print(said, markup=False)
    draw_clocks(payload, console)
    failed = payload["build_failed"]
    if isinstance(failed, dict):
        said = f"The newest build failed at {failed['at']}: {failed['reason']}"
        console.print(f"{said} The figures are those of the build before.", markup=False)
    for outcome in ("broken", "warned"):
        names = payload[f"promises_{outcome}"]
        if isinstance(names, list | tuple) and names:
            console.print(f"{outcome.capitalize()} promises: " + "; ".join(str(each) for each in names), markup=False)


def _cell(column: str, row: dict[str, object], payload: dict[str, object]) -> str:
    if column in NUMBERS:
        return _number(column, row, payload)
    if column == "quarter":
        first = date.fromisoformat(str(row[column]))
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return str(row[column])[: {"month": 7, "year": 4}.get(column)]


def _number(column: str, row: dict[str, object], payload: dict[str, object]) -> str:
    value = row[column]
    if value is None and column != "value":
        return "n/a"
    if value is None:
        reason = row.get("reason") or payload["null_reason"]
        return f"n/a ({reason})" if reason else "n/a"
    unit = "ratio" if column == "relative" else str(payload["unit"])
    decimals = {"usd": 2, "local": 2, "count": 0, "ratio": 4, "times": 4, "months": 1, "days": 1}.get(unit, 2)
    return f"{value:,.{decimals}f}".replace("-", "−")


def _draw_catalogue(rows: list[dict[str, object]], console: Console) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("metric", "label", "unit", "owner", "by"):
        table.add_column(column)
    for row in rows:
        dimensions: list[str] = row["dimensions"]  # type: ignore[assignment]
        table.add_row(*(str(row[key]) for key in ("metric", "label", "unit", "owner")), ", ".join(dimensions))
    console.print(table, markup=False, soft_wrap=False)


def add_to(app: typer.Typer) -> None:
    """Puts the commands on the command line."""
    app.command()(metrics)
    app.command()(metric)
