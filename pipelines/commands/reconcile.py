"""`plumbline reconcile arr|customers`: what each department claims, the certified figure, and every record between."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import FellShort, UsageError
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from decimal import Decimal

    from rich.console import Console

    from app.reconciliation import Claim, Reconciliation

SHOWN = 60
"""So many records are drawn on the terminal; `--json` and `--csv` have them all."""


def reconcile(
    figure: Annotated[str, typer.Argument(help="arr or customers.", metavar="FIGURE")],
    department: Annotated[str, typer.Option(help="Only this one: finance, sales, product or marketing.")] = "",
    with_records: Annotated[bool, typer.Option("--records", help="Also each record behind each reason.")] = False,
    to_csv: Annotated[Path | None, typer.Option("--csv", help="Write the records into this file.")] = None,
    as_json: Json = False,
) -> None:
    """Show what each department claims, the certified figure, and the reasons between, to the cent.

    Example: plumbline reconcile arr --department sales --records
    """
    with chatter_on_stderr(as_json):
        from app.access import OPERATOR
        from app.reconciliation import metric_of, records
        from app.reconciliation import reconcile as compare
        from app.warehouse import Warehouse
        from pipelines.services import running

        metric_of(figure)
        department = department.lower()
        with running(get_settings(), "warehouse"), closing(Warehouse(get_settings())) as warehouse:
            found = compare(warehouse, OPERATOR, figure)
            claims = _asked(found, department)
            rows = records(warehouse, OPERATOR, figure, department) if with_records or to_csv else []
            until = warehouse.status(OPERATOR, found.metric).data_until
        if to_csv is not None:
            _write(to_csv, rows)
    payload = _payload(found, claims, rows if with_records else None) | {"data_until": until}
    answer(payload, as_json, lambda console: _draw(found, claims, rows if with_records else [], to_csv, console))
    if not all(claim.holds for claim in claims):
        raise typer.Exit(FellShort.exit_code)


def _asked(found: Reconciliation, department: str) -> tuple[Claim, ...]:
    claims = tuple(claim for claim in found.claims if department in ("", claim.department))
    if not claims:
        known = ", ".join(sorted(claim.department for claim in found.claims))
        raise UsageError(f"{department!r} claims nothing about {found.figure}. Expected one of: {known}.")
    return claims


def _payload(
    found: Reconciliation, claims: tuple[Claim, ...], rows: list[dict[str, Any]] | None
) -> dict[str, object]:
    told: dict[str, object] = {
        "figure": found.figure,
        "metric": found.metric,
        "unit": found.unit,
        "certified": found.certified_value,
        "ok": all(claim.holds for claim in claims),
        "claims": [_told(claim) for claim in claims],
    }
    return told if rows is None else told | {"records": rows}


def _told(claim: Claim) -> dict[str, object]:
    from app.reconciliation import SYSTEMS

    return {
        "department": claim.department,
        "source": SYSTEMS[claim.system],
        "has_source": claim.has_source,
        "reported_on": claim.reported_on,
        "reported": claim.reported,
        "recomputed": claim.recomputed,
        "claimed": claim.claimed,
        "difference": claim.difference,
        "records": claim.records,
        "differing": claim.differing,
        "reasons": [
            {"reason": step.reason, "label": step.label, "records": step.records, "amount": step.amount}
            for step in claim.steps
            if step.is_explained
        ],
        "unexplained": claim.unexplained,
        "not_explained": [
            {"reason": step.reason, "label": step.label, "records": step.records, "amount": step.amount}
            for step in claim.steps
            if not step.is_explained
        ],
    }


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    from app.reconciliation import records_csv

    try:
        path.write_text(records_csv(rows), encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(
            f"The records cannot be written to {path}: {error.strerror}. Expected a file in a folder that is there."
        ) from None


def _draw(
    found: Reconciliation, claims: tuple[Claim, ...], rows: list[dict[str, Any]], to_csv: Path | None, console: Console
) -> None:
    from decimal import Decimal

    from rich.table import Table

    from app.reconciliation import SYSTEMS

    value = found.certified_value
    told = "not known, nothing is loaded yet" if value is None else _number(value, found.unit)
    console.print(f"Certified {found.metric}: {told}", markup=False)
    for claim in claims:
        source = SYSTEMS[claim.system]
        if claim.claimed is None or claim.difference is None:
            console.print(f"\n{claim.department.capitalize()}: no claim, nothing was loaded from {source} yet.")
            continue
        table = Table(box=None, pad_edge=False, title=f"\n{claim.department.capitalize()}, from {source}",
                      title_justify="left")  # fmt: skip
        table.add_column("", justify="left")
        table.add_column("records", justify="right")
        table.add_column(found.unit, justify="right")
        table.add_row("Claimed", f"{claim.records:,}", _number(claim.claimed, found.unit))
        for step in claim.steps:
            if step.reason != "unexplained":
                table.add_row(step.label, f"{step.records:,}", _number(-step.amount, found.unit, signed=True))
        bare = [step for step in claim.steps if step.reason == "unexplained"]
        left = sum((step.amount for step in bare), start=Decimal(0))
        table.add_row("Unexplained", f"{sum(step.records for step in bare):,}", _number(-left, found.unit))
        table.add_row("Certified", "", _number(found.certified, found.unit))
        console.print(table)
    for row in rows[:SHOWN]:
        amount = _number(row["amount"], found.unit, signed=True)
        console.print(f"{row['department']} · {row['reason_label']} · {row['system']} {row['record_id']} · "
                      f"{row['customer_name']}: {amount}", markup=False, soft_wrap=True)  # fmt: skip
    if len(rows) > SHOWN:
        console.print(f"… and {len(rows) - SHOWN:,} more: see --json or --csv.", markup=False)
    if to_csv is not None:
        console.print(f"The records are in {to_csv}.", markup=False)


def _number(value: Decimal, unit: str, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{value:{sign},.{2 if unit == 'usd' else 0}f}".replace("-", "−")


def add_to(app: typer.Typer) -> None:
    """Puts the command on the command line."""
    app.command()(reconcile)
