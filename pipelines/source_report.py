"""What `plumbline sources` says: the marts of the sources and their streams, as the Pipelines page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.access import OPERATOR
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.credentials import kept

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, Any]
MARTS = {"sources": "mart_engineer.sources", "streams": "mart_engineer.streams", "drifts": "mart_engineer.drifts"}
UNWELL = ("failed", "late", "never loaded", "in part")


@dataclass(frozen=True)
class SourceReport:
    """Every source, its streams, and the open incidents of drift; rows as the marts have them.

    `faults` says what is wrong with the credentials in sources.json.
    """

    sources: Sequence[Row]
    streams: Sequence[Row]
    drifts: Sequence[Row]
    faults: Sequence[str] = ()

    @property
    def unwell(self) -> list[str]:
        """The names of the sources that somebody should look at."""
        return [str(row["source"]) for row in self.sources if row["state"] in UNWELL]

    def payload(self) -> dict[str, object]:
        return {"ok": not self.unwell and not self.faults, "sources": list(self.sources),
                "streams": list(self.streams), "drifts": list(self.drifts), "faults": list(self.faults)}

    def draw(self, console: Console) -> None:
        """A table of sources, one of their streams, and the incidents."""
        from pipelines.status_table import draw_table

        draw_table(console, ("source", "state", "last loaded (UTC)", "due (UTC)", "newest event (UTC)", "rows", ""), [
            (row["source"], row["state"], _minute(row["last_loaded_at"]), _minute(row["expected_by"]),
             _minute(row["newest_event_at"]), _count(row["last_row_count"]), _why(row))
            for row in self.sources
        ])
        draw_table(console, ("source", "stream", "newest event (UTC)", "last rows (UTC)", "rows", "schema", ""), [
            (row["source"], row["stream"], _minute(row["newest_event_at"]), _minute(row["last_rows_at"]),
             _count(row["last_row_count"]), f"v{row['schema_version']}", row["quarantine_reason"] or "")
            for row in self.streams
        ])
        for row in self.drifts:
            console.print(
                f"! {row['source']}.{row['stream']}: found {row['found']}, expected {row['expected']}. {row['to_do']}",
                markup=False,
            )
        for fault in self.faults:
            console.print(f"✗ {fault}", markup=False)


def read_report(settings: Settings) -> SourceReport:
    """The report as of now.

    Raises:
        NotBuilt: nothing was ever built, so there are no marts yet.
        WarehouseDown: nobody answers.
    """
    warehouse = Warehouse(settings)
    try:
        found = {
            name: [
                {str(key): None if _is_missing(value) else value for key, value in row.items()}
                for row in warehouse.read(
                    OPERATOR, mart, order_by=("source",) if name == "sources" else ("source", "stream"), exact=True,
                    where={"resolved_at": None} if name == "drifts" else None,
                ).to_dict("records")
            ]
            for name, mart in MARTS.items()
        }
    finally:
        warehouse.close()
    return SourceReport(found["sources"], found["streams"], found["drifts"], kept(settings).faults)


def _is_missing(value: object) -> bool:
    return value is None or value != value  # NaN and NaT are what no value equals


def _minute(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else "—"


def _count(value: object) -> str:
    return "—" if value is None else f"{int(str(value).partition('.')[0]):,}"


def _why(row: Row) -> str:
    """What there is to say about a source's state."""
    if row["state"] == "paused":
        return f"by {row['paused_by']}" + (f": {row['pause_reason']}" if row["pause_reason"] else "")
    said = str(row["last_error"] or "") if row["state"] == "failed" else ""
    if row["full_load_started_at"] is not None:
        said = f"full load begun {_minute(row['full_load_started_at'])} {said}".strip()
    if row["set_aside_count"]:
        said = f"{row['set_aside_count']} set aside {said}".strip()
    return said
