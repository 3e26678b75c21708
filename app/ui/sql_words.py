"""Words of the SQL page: what the editor offers, what is said of a result, a plan as a table. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

from app.compile import dimensions_of
from app.counting import counted
from app.metrics import catalogue
from app.sql.history import Run
from app.sql.plan import PlanLine
from app.sql.run import Found
from app.sql.tables import Table
from app.ui import format as f
from app.ui.tables import Column, table

KEYWORDS = (
    "select", "from", "where", "group by", "order by", "having", "limit", "offset", "join", "left join", "right join",
    "full join", "cross join", "inner join", "on", "using", "as", "and", "or", "not", "in", "exists", "between", "like",
    "ilike", "is", "null", "true", "false", "case", "when", "then", "else", "end", "distinct", "union", "union all",
    "except", "intersect", "with", "over", "partition by", "filter", "asc", "desc", "nulls last", "count", "sum", "avg",
    "min", "max", "coalesce", "nullif", "round", "cast", "date", "numeric", "text", "interval", "date_trunc", "extract",
    "row_number", "lag", "lead", "lateral", "values", "group", "order", "by", "left", "right", "full", "inner", "outer",
    "cross", "all", "partition", "nulls", "first", "last", "rows", "range",
)  # fmt: skip
SAID_AT_MOST = 90
DOUBLE = 15
"""So many digits of a number survive in a browser's."""
RUNS_IN_A_SPREADSHEET = re.compile(r"^[=+\-@\t\r]")


def offered(tables: Sequence[Table], metrics: Sequence[str]) -> dict[str, Any]:
    """What the editor offers: tables, columns by table, metrics with their dimensions, keywords."""
    known = catalogue()
    return {
        "tables": [[one.whole, one.says[:SAID_AT_MOST]] for one in tables],
        "columns": {one.whole: [[name, kind] for name, kind, _ in one.columns] for one in tables},
        "metrics": [[name, known[name].label, list(dimensions_of(known[name], known))]
                    for name in metrics if name in known],
        "keywords": list(KEYWORDS),
    }  # fmt: skip


def outcome(found: Found, milliseconds: float, role: str) -> str:
    """How many rows, how long it took and as whom; and what is missing."""
    said = f"{counted(len(found.rows), 'row')} in {took(milliseconds)}, as {role}."
    return f"{said} {found.more}" if found.more else said


def took(milliseconds: float) -> str:
    return f"{f.number(milliseconds)}{f.THIN}ms" if milliseconds < 1000 else f.seconds(milliseconds / 1000)


def shown(value: Any) -> str | None:
    """A value as text, nothing lost of it; None for a null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if isinstance(value, date) else str(value)


def fits(values: Sequence[Any]) -> bool:
    """Whether a browser's number holds each of these to the last digit."""
    return all(value is None or len(shown(value).strip("-").replace(".", "").strip("0")) <= DOUBLE  # type: ignore[union-attr]
               for value in values)  # fmt: skip


def decimals(values: Sequence[Any]) -> int:
    """How many decimals a column of numbers has at most."""
    return max((len(str(shown(value)).partition(".")[2]) for value in values if value is not None), default=0)


def as_csv(found: Found) -> bytes:
    """The result as a file: numbers exact, and no text that a spreadsheet would run."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow([harmless(name) for name in found.names])
    for row in found.rows:
        out.writerow([harmless(value) if isinstance(value, str) else shown(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    return f"'{text}" if RUNS_IN_A_SPREADSHEET.match(text) else text


def plan_html(lines: Sequence[PlanLine]) -> str:
    """The steps of a plan, each under what it feeds."""
    columns = (Column("Step"), Column("By", is_prose=True), Column("Cost", True), Column("Rows", True))
    body = [(f"{' ' * 4 * line.depth}{line.step}", line.by, f.number(line.cost), f.number(line.rows))
            for line in lines]  # fmt: skip
    return f'<div class="pl-plan">{table(columns, body, caption="How Postgres would go about it")}</div>'


def columns_html(one: Table) -> str:
    """A table's columns with what they mean."""
    body = [(name, kind, says) for name, kind, says in one.columns]
    columns = (Column("Column"), Column("Type"), Column("What it means", is_prose=True))
    return f'<div class="pl-columns">{table(columns, body, caption=f"Columns of {one.whole}")}</div>'


def refused_html(error: str) -> str:
    return f'<p class="pl-said pl-said-refused" role="alert">{escape(error)}</p>'


def ran(run: Run, at: str) -> str:
    """A run of the history in one line."""
    rows = counted(run.row_count, "row") if run.row_count is not None else run.outcome
    return f"{at} · {rows} · {' '.join(run.text.split())[:80]}"


def matching(tables: Sequence[Table], words: str) -> list[Table]:
    """The tables of which each word is in a name, a column or what is said of them; by name first."""
    asked = words.lower().split()

    def everything(one: Table) -> str:
        return " ".join((one.whole, one.says, *(f"{name} {says}" for name, _, says in one.columns))).lower()

    found = [one for one in tables if all(word in everything(one) for word in asked)]
    return sorted(found, key=lambda one: not all(word in one.whole for word in asked))
