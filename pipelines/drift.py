"""What drifted at a source: a column that came or went, a type that changed, rows that cannot be loaded.

An incident is open until somebody resolves it or the drift is gone; seeing the same again only moves `last_seen_at`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, text

from app.clock import wall


@dataclass(frozen=True)
class Drift:
    """One incident.

    Attributes:
        source, stream: names as in `pipelines/sources/`.
        kind: as portal.drift allows: new_column, dropped_column, changed_type, not_loadable; of captured tables also
            renamed_table, table_made_anew, unpublished_table, lost_table, new_table, lost_slot.
        subject: the column, or the stream itself.
        found, expected, to_do: in words, for people.
    """

    source: str
    stream: str
    kind: str
    subject: str
    found: str
    expected: str
    to_do: str


_NOTE = text(
    """
    insert into portal.drift (source, stream, kind, subject, found, expected, to_do, first_seen_at, last_seen_at)
    values (:source, :stream, :kind, :subject, :found, :expected, :to_do, :now, :now)
    on conflict (source, stream, kind, subject) where resolved_at is null
    do update set last_seen_at = excluded.last_seen_at, found = excluded.found
    """
)


def note(connection: Connection, drifts: Iterable[Drift]) -> None:
    """Opens an incident for each, or sees an open one again."""
    for drift in drifts:
        connection.execute(_NOTE, asdict(drift) | {"now": wall()})


def resolve(connection: Connection, source: str, stream: str, kind: str) -> int:
    """Closes the open incidents of that kind; how many there were."""
    return connection.execute(
        text("update portal.drift set resolved_at = :now where source = :source and stream = :stream "
             "and kind = :kind and resolved_at is null"),
        {"now": wall(), "source": source, "stream": stream, "kind": kind},
    ).rowcount


def between(source: str, stream: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Drift]:
    """What changed between two states of a stream's columns (name → type)."""
    came = [
        Drift(source, stream, "new_column", name, f"the column {name} ({after[name]})", "the columns as before",
              "It is loaded. Use it in models/staging if it matters.")
        for name in sorted(after.keys() - before.keys())
    ]
    went = [
        Drift(source, stream, "dropped_column", name, f"no column {name}", f"{name} ({before[name]})",
              "What was loaded is kept; new rows have nothing there. See which models read it.")
        for name in sorted(before.keys() - after.keys())
    ]
    changed = [
        Drift(source, stream, "changed_type", name, f"{name} as {after[name]}", f"{name} as {before[name]}",
              "See whether models/staging casts it rightly.")
        for name in sorted(before.keys() & after.keys()) if before[name] != after[name]
    ]
    return [*came, *went, *changed]
