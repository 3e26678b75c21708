"""A source read anew from its start, or from a day on: begun once, and gone on with until it is whole.

Its bookmarks are forgotten first, and the row of portal.backfill stays until a load of it went well: what is killed in
between goes on from the bookmarks that it had stored by then, with the same start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, text

from app.clock import wall
from app.errors import UsageError
from app.settings import Settings
from pipelines import bookmarks
from pipelines.source import Source

START = "start_date"
"""What a source's credentials call the day from which it is loaded."""


@dataclass(frozen=True)
class Backfill:
    """A full load under way; `since` is None where it goes back to the start that the credentials name."""

    since: datetime | None
    started_at: datetime

    def changed(self, source: Source) -> Mapping[str, str]:
        """What to set in the environment of its extractors."""
        if self.since is None:
            return {}
        return {start_variable(source): f"{self.since:%Y-%m-%dT%H:%M:%SZ}"}


def start_variable(source: Source) -> str:
    """The variable that holds the day from which the source is loaded.

    Raises:
        UsageError: the source has none, as it is always read whole.
    """
    for one in source.credentials:
        if one.key == START:
            return one.variable
    raise UsageError(
        f"{source.label} is always read whole: it has no start. Expected a source with one. Leave out --since."
    )


def begin(engine: Engine, settings: Settings, source: Source, since: datetime | None) -> None:
    """Begins a full load: the next load of the source reads it from `since` on, or from its start.

    Args:
        engine: connects as `plumbline_worker`.
        settings: of this home.
        source: which.
        since: in UTC; None for all there is.

    Raises:
        UsageError: the source has no start, and one was given.
    """
    if since is not None:
        start_variable(source)
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into portal.backfill (source, since, started_at) values (:source, :since, :now) "
                "on conflict (source) do update set since = excluded.since, started_at = excluded.started_at, "
                "ended_at = null"
            ),
            {"source": source.name, "since": since, "now": wall()},
        )
    bookmarks.forget(settings, source)


def unfinished(engine: Engine, source: Source) -> Backfill | None:
    """The source's full load that has not gone well yet, or None."""
    query = "select since, started_at from portal.backfill where source = :source and ended_at is null"
    with engine.connect() as connection:
        row = connection.execute(text(query), {"source": source.name}).first()
    return Backfill(row.since, row.started_at) if row else None


def finish(engine: Engine, source: Source, since: datetime) -> None:
    """A load of it, begun at `since`, went well; does nothing where no full load was under way by then."""
    query = (
        "update portal.backfill set ended_at = :now "
        "where source = :source and ended_at is null and started_at <= :since"
    )
    with engine.begin() as connection:
        connection.execute(text(query), {"source": source.name, "now": wall(), "since": since})
