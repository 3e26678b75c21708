"""Where files leave: who may have what, why, how much at once, and what the audit keeps of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from app.access import Viewer
from app.clock import as_of, wall
from app.dashboard import Dashboard
from app.errors import NotBuilt, NotPermitted, PlumblineError, UsageError
from app.export.about import About, Meaning, about, file_name, lead_of, meanings
from app.export.asked import Asked, read_address, refuse_unknown
from app.export.claims_book import claims_workbook
from app.export.csv_file import csv_file
from app.export.gather import Made, make
from app.export.paper import pdf, png
from app.export.workbook import workbook
from app.manner import parted
from app.own.opened import opened
from app.ui.chosen import Choice, chosen, months_of, worded
from app.ui.kept import MOST_LISTED, MOST_ROWS
from app.ui.reading import Reading, read_at
from app.warehouse import Warehouse

SHORTEST_REASON = 10
LONGEST_REASON = 500
AT_ONCE = 2
"""So many files are made at the same time; each takes a core for a second."""
PATIENCE_SECONDS = 20.0
MEDIA = {
    "pdf": "application/pdf",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ReasonNeeded(UsageError):
    """What was asked for holds people or customers by name, and nobody has said why it leaves."""


class Busy(PlumblineError):
    """Somebody's file is still being made, or everybody's are."""


@dataclass(frozen=True)
class Exported:
    """A file."""

    content: bytes
    name: str
    media: str


class Exports:
    """Makes files. One per process; safe to share between threads."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._lock = threading.Lock()
        self._making: set[str] = set()
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def export(
        self, viewer: Viewer, dashboard: Dashboard, kind: str, parameters: Mapping[str, Sequence[str]], reason: str = ""
    ) -> Exported:
        """A file of what a page shows, for somebody who may open it.

        Args:
            viewer: who asks; every figure is read with their rights.
            dashboard: the page; the address may name one report or dashboard of it.
            kind: pdf, xlsx, csv or png.
            parameters: those of the page's address, and `panel`.
            reason: why it leaves, where people or customers are named in it.

        Raises:
            NotPermitted: the page is not for this viewer, or what is asked for is not.
            UsageError: the address asks for what there is not.
            ReasonNeeded: a reason is needed and none was given, or too short a one.
            Busy: a file of this viewer is being made, or too many are.
            NotBuilt, WarehouseDown, QuestionError: as a read of it.
        """
        told: dict[str, Any] = {"page": dashboard.slug, "panel": list(parameters.get("panel", ())), "format": kind,
                                "chosen": {name: list(each) for name, each in parameters.items() if name != "panel"},
                                "reason": reason[:LONGEST_REASON]}  # fmt: skip
        try:
            if not dashboard.may_open(viewer.roles):
                raise NotPermitted(f"{dashboard.title} is none of {viewer.email}'s pages. Ask for the right.")
            dashboard = opened(self._warehouse, viewer, dashboard, parameters)
            asked = read_address(dashboard, viewer, kind, parameters)
            with self._one_at_a_time(viewer):
                made = self._made(viewer, asked, parameters, reason, told)
        except PlumblineError as error:
            outcome = "refused" if isinstance(error, NotPermitted | ReasonNeeded | UsageError | Busy) else "failed"
            self._warehouse.record(viewer, "export", outcome, **told, why=type(error).__name__)
            raise
        self._warehouse.record(viewer, "export", **told, bytes=len(made.content))
        return made

    def _made(self, viewer: Viewer, asked: Asked, parameters: Mapping[str, Sequence[str]], reason: str,
              told: dict[str, Any]) -> Exported:  # fmt: skip
        reading, choice = self.reading(viewer, asked.dashboard, parameters)
        refuse_unknown(choice)
        parts = [make(part, reading) for part in asked.parts]
        rows = sum(part.rows for part in parts)
        told |= {
            "rows": rows,
            "month": reading.closed.isoformat(),
            "has_names": any(part.names_people(asked.kind) for part in parts),
            "receipts": sorted({each for part in parts for ids in part.receipts.values() for each in ids}),
        }
        if cut := next((part for part in parts if part.is_cut), None):
            raise UsageError(
                f"{cut.part.name} has {parted(MOST_LISTED)} rows or more, of which only so many are read at once: a "
                "file of them would be cut short. Narrow the page by its filters."
            )
        if rows > MOST_ROWS:
            raise UsageError(
                f"The file would hold {parted(rows)} rows. Expected at most {parted(MOST_ROWS)}. Ask for one panel, or "
                "narrow the page by its filters."
            )
        if told["has_names"] and len(reason.strip()) < SHORTEST_REASON:
            raise ReasonNeeded(
                f"The file names people or customers. Expected a reason of at least {SHORTEST_REASON} letters why it "
                f"leaves; found {len(reason.strip())}. It is kept in the audit."
            )
        named = about(asked.dashboard, reading, choice, parts, reason=reason.strip())
        content = _file(asked, reading, choice, parts, named, meanings(parts, reading) if asked.kind != "csv" else ())
        part = asked.parts[0].name if asked.panel else ""
        return Exported(content, file_name(asked.dashboard, part, reading.closed, asked.kind), MEDIA[asked.kind])

    def reading(
        self, viewer: Viewer, dashboard: Dashboard, parameters: Mapping[str, Sequence[str]]
    ) -> tuple[Reading, Choice]:
        """What the elements of a page read from, by what its address chooses, as on the page itself.

        Raises:
            NotBuilt: nothing has been built yet.
        """
        warehouse, settings = self._warehouse, self._warehouse.settings
        if warehouse.progress.build_id() is None:
            raise NotBuilt("Nothing has been built yet. Files can be made when the first build is done.")
        clock = as_of(settings)
        reading = Reading(warehouse, viewer, read_at(clock, warehouse.progress.data_until()), wall(),
                          settings.timezone, clock=clock)  # fmt: skip
        own = ("panel", *(name for name, _ in dashboard.names))
        asked = {name: tuple(values) for name, values in parameters.items() if name not in own}
        if not dashboard.can_compare:
            return reading, Choice(unknown=tuple((name, each) for name, values in asked.items() for each in values),
                                   address=dashboard.names)  # fmt: skip
        known = {name: worded(name, warehouse.values(viewer, dashboard.metrics, name))
                 for name in dashboard.filters if asked.get(name)}  # fmt: skip
        choice = chosen(asked, months_of(reading.closed), known, dashboard.names)
        at = choice.as_of(reading.zone)
        return replace(reading, compare=choice.compare, where=choice.where, is_past=at is not None,
                       as_of=at or reading.as_of, with_events=choice.with_events), choice  # fmt: skip

    @contextmanager
    def _one_at_a_time(self, viewer: Viewer) -> Iterator[None]:
        with self._lock:
            if viewer.email in self._making:
                raise Busy("Your last file is still being made. Wait for it, then ask again.")
            self._making.add(viewer.email)
        try:
            if not self._room.acquire(timeout=PATIENCE_SECONDS):
                raise Busy("Too many files are being made at this moment. Ask again in a minute.")
            try:
                yield
            finally:
                self._room.release()
        finally:
            with self._lock:
                self._making.discard(viewer.email)


def _file(asked: Asked, reading: Reading, choice: Choice, parts: Sequence[Made], told: About,
          meant: Sequence[Meaning]) -> bytes:  # fmt: skip
    """The bytes of a file, by its format."""
    if asked.kind == "csv":
        if not parts[0].tables:
            raise UsageError(f"{parts[0].title}. There is nothing in it that a CSV file could hold.")
        return csv_file(parts[0].tables[0], reading.zone)
    if asked.kind == "xlsx":
        claims = [each for part in parts for each in part.claims]
        return claims_workbook(told, claims, meant, reading.zone) if claims else workbook(told, parts, meant,
                                                                                         reading.zone)  # fmt: skip
    said = lead_of(asked.dashboard, reading, choice, told)
    return pdf(told, parts, meant, said) if asked.kind == "pdf" else png(told, parts, said, is_whole=not asked.panel)
