"""Lists for the engineer: sources, loads, promises, jobs. Times in the reporting time zone, with ages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from app.dashboard import Listing
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading, records
from app.ui.tables import Cell, Column, table

Row = Mapping[str, Any]
Show = Callable[[Row, Reading], Cell | str]
BAD = ("failed", "broken", "stale", "late", "not_run", "never loaded", "in part")
MOST = {"sources": 30, "streams": 40, "drifts": 20, "promises": 15, "jobs": 16, "loads": 24, "alerts": 10,
        "deliveries": 24}  # fmt: skip
ABOUT_FIGURES = ("anomaly", "target_missed")
"""Alerts that are not for this page: it shows no business figure."""
RECENT_DAYS = 7
LATE, FAILED = ("late", "never loaded"), ("failed",)


def known(value: object) -> bool:
    return value is not None and value == value and value is not pd.NaT


def text(name: str, otherwise: str = "\u2013") -> Show:
    return lambda row, _: str(row[name]).replace("_", " ") if known(row.get(name)) and row[name] else otherwise


def count(name: str) -> Show:
    return lambda row, _: f.number(float(row[name])) if known(row.get(name)) else "\u2013"


def duration(name: str) -> Show:
    return lambda row, _: f.seconds(float(row[name])) if known(row.get(name)) else "\u2013"


def instant(name: str) -> Show:
    """The time in the reporting zone and how long ago that is."""

    def show(row: Row, reading: Reading) -> Cell | str:
        if not known(row.get(name)):
            return "never"
        moment = pd.Timestamp(row[name]).to_pydatetime()
        return f"{f.clock_time(moment, reading.zone)} · {f.age(moment, reading.now)}"

    return show


def moment(name: str) -> Show:
    """The time in the reporting zone alone: one that lies ahead, or of the business clock."""

    def show(row: Row, reading: Reading) -> Cell | str:
        if not known(row.get(name)):
            return "\u2013"
        return f.clock_time(pd.Timestamp(row[name]).to_pydatetime(), reading.zone)

    return show


def outcome(name: str) -> Show:
    """A result, loud only when it is bad."""

    def show(row: Row, _: Reading) -> Cell | str:
        value = str(row[name]) if known(row.get(name)) else "not yet"
        return Cell(value.replace("_", " "), "missed" if value in BAD else "still")

    return show


def error(name: str) -> Show:
    """The first line of an error, cut where it would widen the page."""

    def show(row: Row, _: Reading) -> Cell | str:
        lines = str(row[name]).strip().splitlines() if known(row.get(name)) else []
        return lines[0][:120] if lines else ""

    return show


def found(row: Row, _: Reading) -> str:
    """What an alert was raised for, in its first line."""
    detail = row.get("detail")
    lines = str(detail.get("found") or "").strip().splitlines() if isinstance(detail, Mapping) else []
    return lines[0][:120] if lines else ""


Shown = tuple[Column, str, Show]
LISTS: Mapping[str, tuple[str, tuple[Shown, ...]]] = {
    "sources": ("mart_engineer.sources", (
        (Column("Source"), "label", text("label")),
        (Column("State"), "state", outcome("state")),
        (Column("Last good load"), "last_loaded_at", instant("last_loaded_at")),
        (Column("Due"), "expected_by", moment("expected_by")),
        (Column("Newest event"), "newest_event_at", moment("newest_event_at")),
        (Column("New rows", True), "last_row_count", count("last_row_count")),
        (Column("Took", True), "last_seconds", duration("last_seconds")),
        (Column("Drifts", True), "open_drifts_count", count("open_drifts_count")),
        (Column("Failed", True), "failed_loads_count", count("failed_loads_count")),
        (Column("What went wrong last"), "last_error", error("last_error")),
    )),
    "streams": ("mart_engineer.streams", (
        (Column("Source"), "source", text("source")),
        (Column("Stream"), "stream", lambda row, _: str(row["stream"])),
        (Column("Newest event"), "newest_event_at", moment("newest_event_at")),
        (Column("Last rows"), "last_rows_at", instant("last_rows_at")),
        (Column("Rows", True), "last_row_count", count("last_row_count")),
        (Column("Schema", True), "schema_version", lambda row, _: f"version {row['schema_version']}"),
        (Column("Why it is set aside"), "quarantine_reason", error("quarantine_reason")),
    )),
    "drifts": ("mart_engineer.drifts", (
        (Column("Source"), "source", text("source")),
        (Column("Stream"), "stream", lambda row, _: str(row["stream"])),
        (Column("What"), "kind", text("kind")),
        (Column("Found"), "found", lambda row, _: str(row["found"])),
        (Column("Expected"), "expected", lambda row, _: str(row["expected"])),
        (Column("What to do"), "to_do", lambda row, _: str(row["to_do"])),
        (Column("First seen"), "first_seen_at", instant("first_seen_at")),
    )),
    "loads": ("mart_engineer.load_runs", (
        (Column("Source"), "source", text("source")),
        (Column("Stream"), "stream", text("stream", "all streams")),
        (Column("Result"), "result", outcome("result")),
        (Column("Started"), "started_at", instant("started_at")),
        (Column("Rows", True), "row_count", count("row_count")),
        (Column("Took", True), "seconds", duration("seconds")),
        (Column("What went wrong"), "error", error("error")),
    )),
    "promises": ("mart_engineer.checks", (
        (Column("Promise", is_prose=True), "check_name", text("check_name")),
        (Column("About"), "dataset", lambda row, _: str(row["dataset"])),
        (Column("Outcome"), "outcome", outcome("outcome")),
        (Column("Found"), "found", text("found")),
        (Column("Expected"), "expected", text("expected")),
        (Column("Checked"), "checked_at", instant("checked_at")),
    )),
    "jobs": ("mart_engineer.job_runs", (
        (Column("Job"), "job", text("job")),
        (Column("Step"), "step", text("step", "whole job")),
        (Column("Result"), "result", outcome("result")),
        (Column("Started"), "started_at", instant("started_at")),
        (Column("Took", True), "seconds", duration("seconds")),
        (Column("What went wrong"), "error", error("error")),
    )),
    "alerts": ("mart_engineer.alerts", (
        (Column("Urgency"), "severity", text("severity")),
        (Column("What happened"), "headline", lambda row, _: str(row["headline"])),
        (Column("Found"), "detail", found),
        (Column("Raised"), "raised_at", instant("raised_at")),
    )),
    "deliveries": ("mart_engineer.deliveries", (
        (Column("To"), "recipient", lambda row, _: str(row["recipient"])),
        (Column("Kind"), "kind", text("kind")),
        (Column("Subject, without its figures"), "subject", lambda row, _: str(row["subject"])),
        (Column("Outcome"), "result", outcome("result")),
        (Column("When"), "started_at", instant("started_at")),
        (Column("What went wrong"), "error", error("error")),
    )),
}  # fmt: skip
SUBTITLES = {"sources": "Each source and its last good load", "streams": "Those set aside first, then by source",
             "drifts": "Open incidents, newest first", "loads": "The newest runs of each stream",
             "promises": "Broken ones first", "jobs": "Newest first",
             "alerts": "About our own machinery, newest first", "deliveries": "To everybody, newest first"}  # fmt: skip


def make(reading: Reading, panel: Listing) -> Picture:
    """Reads and composes a list."""
    mart, shown = LISTS[panel.kind]
    found = reading.table(mart)
    if found is None:
        return empty(panel.kind.capitalize(), "Your role does not include this list.")
    rows = ordered(panel.kind, found, reading.now)
    if not rows:
        nothing = {"alerts": "No alert was raised.", "drifts": "Every source has the columns that it had."}
        return empty(title(panel.kind, rows, reading.now), nothing.get(panel.kind, "Nothing has run yet."))
    most = MOST[panel.kind]
    visible = [(column, said) for column, name, show in shown if name in rows[0]
               if any(said := [show(row, reading) for row in rows[:most]])]  # fmt: skip
    cells = list(zip(*(said for _, said in visible), strict=True))
    more = f"{SUBTITLES[panel.kind]}; {most} of {len(rows)} shown" if len(rows) > most else SUBTITLES[panel.kind]
    html = table([column for column, _ in visible], cells, caption=panel.kind.capitalize())
    return Picture(title(panel.kind, rows, reading.now), more, mart, html=html)


def ordered(kind: str, found: pd.DataFrame, now: datetime) -> list[dict[str, Any]]:
    """Rows in reading order: what is bad first, then the newest."""
    rows = records(found)
    if kind == "sources":
        connected = (row for row in rows if row["state"] != "not connected")
        return sorted(connected, key=lambda row: str(row["source"]))
    if kind == "streams":
        return sorted(rows, key=lambda row: (not known(row["quarantined_at"]), str(row["source"]), str(row["stream"])))
    if kind == "drifts":
        still_open = (row for row in rows if not known(row["resolved_at"]))
        return sorted(still_open, key=lambda row: pd.Timestamp(row["first_seen_at"]), reverse=True)
    if kind == "promises":
        rank = {"broken": 0, "warned": 1, "not_run": 2}
        return sorted(rows, key=lambda row: (rank.get(str(row["outcome"]), 3), str(row["dataset"])))
    if kind == "alerts":
        ours = (row for row in rows if row["kind"] not in ABOUT_FIGURES)
        return sorted(ours, key=lambda row: pd.Timestamp(row["raised_at"]), reverse=True)
    return sorted(rows, key=lambda row: pd.Timestamp(row["started_at"]), reverse=True)


def title(kind: str, rows: Sequence[Row], now: datetime) -> str:
    """The list's finding."""
    if kind == "alerts":
        since = now - timedelta(days=RECENT_DAYS)
        return titles.went_wrong(sum(f.as_utc(pd.Timestamp(row["raised_at"]).to_pydatetime()) > since for row in rows))
    if kind == "sources":
        named = [(str(row["label"]), str(row["state"])) for row in rows]
        late, failed = ([name for name, known in named if known in words] for words in (LATE, FAILED))
        coming = [str(row["label"]) for row in rows if row["state"] == "loading" and not known(row["last_loaded_at"])]
        return titles.sources([name for name, _ in named], late, failed, coming)
    if kind == "streams":
        return titles.streams(len(rows), sum(known(row["quarantined_at"]) for row in rows))
    if kind == "drifts":
        return titles.drifts(len(rows))
    if kind == "promises":
        kept, warned, waiting = (sum(row["outcome"] == one for row in rows) for one in ("kept", "warned", "not_run"))
        return titles.promises(kept, len(rows) - kept - warned - waiting, warned, waiting)
    # Of a job that failed, the step that did is told; its own row would say it twice.
    failed = sum(row["result"] == "failed" for row in rows if kind != "jobs" or row.get("step") != "")
    if kind == "deliveries":
        return titles.deliveries(len(rows), failed)
    noun = "load" if kind == "loads" else "job step"
    if not rows:
        return f"No {noun} has run yet"
    said = f"No {noun} failed" if not failed else f"{failed} {noun}{'' if failed == 1 else 's'} failed"
    skipped = sum(row["result"] == "skipped" for row in rows)
    return f"{said}, {skipped} skipped" if skipped else said
