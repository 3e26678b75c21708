"""The clicks on reports that are being built: begin, save. What may be done is judged by the warehouse, and said."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from app.reports.report import Report, parse
from app.reports.store import SavedReport
from app.ui.panels.saved_acts import Shelf
from app.ui.reading import Reading

BEGUN = "report_begun"
SHELF = Shelf("report", "id", ("report", "v"), lambda reading: reading.warehouse.reports)


@dataclass(frozen=True)
class Draft:
    """What stands in the address.

    Attributes:
        report: what is being built.
        saved: the report that it began from; None for a new one.
        version: of that one, when the change began.
    """

    report: Report
    saved: SavedReport | None = None
    version: int = 0

    @property
    def is_changed(self) -> bool:
        return self.saved is None or self.report != self.saved.content

    def is_of(self, email: str) -> bool:
        return self.saved is not None and self.saved.is_of(email)


def draft(reading: Reading) -> Draft | None:
    """The draft of the address; None where none is being built.

    Raises:
        ReportError: the address holds no report.
        NotPermitted: it was begun from one that is not there for the viewer.
    """
    text, report_id = st.query_params.get("report", ""), st.query_params.get("id", "")
    if not text:
        return None
    report = parse(text)
    saved = reading.warehouse.reports.seen(reading.viewer, report_id) if report_id else None
    version = st.query_params.get("v", "")
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    return Draft(report, saved, known or (saved.version if saved else 0))


def put(report: Report) -> None:
    """The draft's next state: the address is all that there is of it."""
    st.query_params["report"] = report.json_text()


def begin(saved: SavedReport | None = None, report: Report | None = None) -> None:
    """Opens the builder, with a report or an empty one."""
    SHELF.shut()
    st.session_state.pop(BEGUN, None)
    if saved:
        st.query_params["id"], st.query_params["v"] = str(saved.thing_id), str(saved.version)
    put(report or (saved.content if saved else Report()))


def note_begun(reading: Reading) -> None:
    """Tells the question ledger that somebody began to build, once for each draft."""
    if not st.session_state.get(BEGUN):
        reading.warehouse.record(reading.viewer, "begin report")
    st.session_state[BEGUN] = True


def save(reading: Reading, found: Draft) -> None:
    """The next version of one's own."""
    saved = found.saved
    if saved is None:
        return

    def act() -> str:
        kept = reading.warehouse.reports.change(
            reading.viewer, replace(saved, version=found.version), content=found.report
        )
        SHELF.show(str(kept.thing_id))
        return f"“{kept.title}” is saved, version {kept.version}."

    SHELF.done(act)


def save_as(reading: Reading, found: Draft, title_key: str, note_key: str) -> None:
    """A new report of one's own."""

    def act() -> str:
        title, note = str(st.session_state.get(title_key, "")), str(st.session_state.get(note_key, ""))
        kept = reading.warehouse.reports.save(reading.viewer, title, found.report, note)
        SHELF.show(str(kept.thing_id))
        return f"“{kept.title}” is saved."

    SHELF.done(act)
