"""Statements of the timeline's tables, and their rows as events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from app.timeline.event import Event, Happening
from app.timeline.sources import Hidden

NEWEST = text(
    "select distinct on (event_id) event_id, version, kind, first_day, last_day, title, words, roles, is_taken_back, "
    "first_value(written_by) over (partition by event_id order by version) as entered_by "
    "from portal.timeline_event order by event_id, version desc"
)
VERSIONS = text("select * from portal.timeline_event where event_id = :event_id order by version desc")
WRITE = text(
    "insert into portal.timeline_event (event_id, version, kind, first_day, last_day, title, words, roles, "
    "is_taken_back, written_by, written_at) values (:event_id, :version, :kind, :first_day, :last_day, :title, :words, "
    ":roles, :is_taken_back, :by, :at) on conflict do nothing"
)
HIDDEN = text(
    "select distinct on (source_key) source_key, version, is_hidden, reason, written_by from portal.timeline_hidden "
    "order by source_key, version desc"
)
HIDE = text(
    "insert into portal.timeline_hidden (source_key, version, is_hidden, reason, written_by, written_at) "
    "values (:key, :version, :is_hidden, :reason, :by, :at) on conflict do nothing"
)


@dataclass(frozen=True)
class Version:
    """One version of an event: what it said, who wrote it and when; whether it took the event back."""

    version: int
    said: Happening
    is_taken_back: bool
    written_by: str
    written_at: datetime


def entered(connection: Connection) -> list[Event]:
    """Every event that people entered and did not take back."""
    return [_event(row) for row in connection.execute(NEWEST).mappings() if not row["is_taken_back"]]


def versions(connection: Connection, event_id: UUID) -> tuple[Version, ...]:
    """The versions of an event, the newest first."""
    return tuple(
        Version(row["version"], _happening(row), row["is_taken_back"], row["written_by"], row["written_at"])
        for row in connection.execute(VERSIONS, {"event_id": event_id}).mappings()
    )


def hidden(connection: Connection) -> dict[str, Hidden]:
    """Key of a source's event → whether it is hidden, by the newest word on it."""
    return {row["source_key"]: Hidden(row["is_hidden"], row["reason"], row["written_by"], row["version"])
            for row in connection.execute(HIDDEN).mappings()}  # fmt: skip


def _event(row: RowMapping) -> Event:
    return Event(str(row["event_id"]), row["kind"], row["first_day"], row["last_day"], row["title"], row["words"],
                 row["entered_by"], tuple(row["roles"]), version=row["version"])  # fmt: skip


def _happening(row: RowMapping) -> Happening:
    return Happening(row["kind"], row["first_day"], row["last_day"], row["title"], row["words"], tuple(row["roles"]))
