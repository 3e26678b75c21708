"""`plumbline status` as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from app.counting import counted
from pipelines.status import Status


def draw(status: Status, console: Console) -> None:
    """Services, sources, last runs, promises; then what it all amounts to."""
    services = [
        (row["service"], row["state"], _ports(row["ports"]), row["note"] or "") for row in status.services
    ]
    draw_table(console, ("service", "state", "port", ""), services)
    if not status.unreadable:
        sources = [
            (
                row["source"],
                row["result"] or "never",
                _number(row["row_count"]),
                _span(row["age_seconds"]),
                f"paused by {row['paused_by']}" if row["paused_by"] else row["error"] or "",
            )
            for row in status.sources
        ]
        draw_table(console, ("source", "last load", "rows", "age", ""), sources)
        jobs = [(row["job"], row["result"], _instant(row["ended_at"]), row["error"] or "") for row in status.jobs]
        draw_table(console, ("job", "last run", "ended (UTC)", ""), jobs)
        promises = [
            (row["dataset"], row["check_name"], row["found"] or "", row["expected"] or "")
            for row in status.broken_promises
        ]
        draw_table(console, ("broken promise of", "promise", "found", "expected"), promises)
        if status.loading is not None:
            console.print(f"Running now: {status.loading['job']}, at {status.loading['step']}", markup=False)
    for lack in status.short_of:
        console.print(f"✗ {lack}", markup=False)
    if not status.short_of:
        kept, broken = status.checks["kept"], status.checks["broken"]
        console.print(
            f"✓ All is up, loaded, built and checked as of {_instant(status.as_of)} UTC: "
            f"{counted(int(str(kept)), 'promise')} kept, {broken} broken.",
            markup=False,
        )


def draw_table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table without lines; nothing where there are no rows."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        drawn.add_column(column, justify="right" if column in ("rows", "age") else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(str(cell) for cell in row))
    if drawn.row_count:
        console.print(drawn, soft_wrap=False)
        console.print()


def _ports(found: object) -> str:
    return ", ".join(str(port) for port in found) if isinstance(found, list) else ""


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


def _span(seconds: object) -> str:
    if not isinstance(seconds, int):
        return "n/a"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _instant(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "strftime") else "running"
