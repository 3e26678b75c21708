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
BAD = ("failed", "broken", "stale", "late", "not_run")
MOST = {"sources": 30, "promises": 15, "jobs": 16, "loads": 24, "alerts": 10, "deliveries": 24}
ABOUT_FIGURES = ("anomaly", "target_missed")
"""Alerts that are not for this page: it shows no business figure."""
RECENT_DAYS = 7
LATE_MINUTES = 60


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
        (Column("Source"), "source", text("source")),
        (Column("State"), "state", outcome("state")),
        (Column("Last good load"), "last_loaded_at", instant("last_loaded_at")),
        (Column("Rows", True), "last_row_count", count("last_row_count")),
        (Column("Took", True), "last_seconds", duration("last_seconds")),
        (Column("Loads", True), "loads_count", count("loads_count")),
        (Column("Failed", True), "failed_loads_count", count("failed_loads_count")),
        (Column("What went wrong last"), "last_error", error("last_error")),
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
        (Column("Promise"), "check_name", text("check_name")),
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
SUBTITLES = {"sources": "Each source and its last good load", "loads": "The newest runs of each stream",
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
        nothing = "No alert was raised." if panel.kind == "alerts" else "Nothing has run yet."
        return empty(title(panel.kind, rows, reading.now), nothing)
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
        return sorted(({**row, "state": state(row, now)} for row in rows), key=lambda row: str(row["source"]))
    if kind == "promises":
        rank = {"broken": 0, "warned": 1, "not_run": 2}
        return sorted(rows, key=lambda row: (rank.get(str(row["outcome"]), 3), str(row["dataset"])))
    if kind == "alerts":
        ours = (row for row in rows if row["kind"] not in ABOUT_FIGURES)
        return sorted(ours, key=lambda row: pd.Timestamp(row["raised_at"]), reverse=True)
    return sorted(rows, key=lambda row: pd.Timestamp(row["started_at"]), reverse=True)


def state(row: Row, now: datetime) -> str:
    """A source's state in a word: failed, late (no good load for an hour), or loaded."""
    if row.get("last_result") == "failed":
        return "failed"
    loaded = row.get("last_loaded_at")
    if loaded is None or not known(loaded):
        return "late"
    age = now - f.as_utc(pd.Timestamp(loaded).to_pydatetime())
    return "late" if age > timedelta(minutes=LATE_MINUTES) else "loaded"


def title(kind: str, rows: Sequence[Row], now: datetime) -> str:
    """The list's finding."""
    if kind == "alerts":
        since = now - timedelta(days=RECENT_DAYS)
        return titles.went_wrong(sum(f.as_utc(pd.Timestamp(row["raised_at"]).to_pydatetime()) > since for row in rows))
    if kind == "sources":
        named = [(str(row["source"]).capitalize(), str(row["state"])) for row in rows]
        late, failed = ([name for name, known in named if known == word] for word in ("late", "failed"))
        return titles.sources([name for name, _ in named], late, failed)
    if kind == "promises":
        kept = sum(row["outcome"] == "kept" for row in rows)
        return titles.promises(kept, len(rows) - kept)
    failed = sum(row["result"] == "failed" for row in rows)
    if kind == "deliveries":
        return titles.deliveries(len(rows), failed)
    noun = "load" if kind == "loads" else "job step"
    if not rows:
        return f"No {noun} has run yet"
    said = f"No {noun} failed" if not failed else f"{failed} {noun}{'' if failed == 1 else 's'} failed"
    skipped = sum(row["result"] == "skipped" for row in rows)
    return f"{said}, {skipped} skipped" if skipped else said
