"""The record of loads, portal.load_run: one row per source and run, one per stream. It is the heartbeat of a source."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, text

from app.clock import wall
from pipelines.source import MINUTES, Source

LOAD_LOCK = 7_586_200_005
"""The advisory lock that whoever loads by hand shares, so that a load of his is not taken for one that was killed."""
CLOCK_SLACK = timedelta(minutes=5)
"""By so much a clock may have been ahead without harm: taps that go by it begin ten minutes before their bookmark."""


@dataclass
class Pull:
    """How the load of one extractor went; `rows` by stream."""

    extractor: str
    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True)
class LoadRecord:
    """Writes the record of one run of the load.

    Args:
        engine: connects as `plumbline_worker`.
        run_id: of the job or the command.
        as_of: the business instant.
    """

    engine: Engine
    run_id: UUID
    as_of: datetime

    def begin(self, source: Source, *, is_full: bool, log: str) -> None:
        """The source's own row; `log` is the name of its log in the home's folder logs/loads."""
        with self.engine.begin() as connection:
            connection.execute(
                text(
                    "insert into portal.load_run (run_id, source, stream, started_at, result, as_of, is_full, log) "
                    "values (:run_id, :source, '', :now, 'running', :as_of, :is_full, :log) on conflict do nothing"
                ),
                {"run_id": self.run_id, "source": source.name, "now": wall(), "as_of": self.as_of,
                 "is_full": is_full, "log": log},
            )

    def started(self, source: Source) -> datetime:
        """When the source's row was begun, by the wall's clock."""
        query = "select started_at from portal.load_run where run_id = :run_id and source = :source and stream = ''"
        with self.engine.connect() as connection:
            found: datetime = connection.execute(
                text(query), {"run_id": self.run_id, "source": source.name}
            ).scalar_one()
            return found

    def finish(self, source: Source, pulls: Sequence[Pull]) -> str | None:
        """Ends the source's row and writes one for each stream that brought rows; what went wrong, or None."""
        error = " ".join(dict.fromkeys(pull.error for pull in pulls if pull.error)) or None
        now = wall()
        whole = {"run_id": self.run_id, "source": source.name, "now": now}
        with self.engine.begin() as connection:
            connection.execute(text(_END), whole | {
                "result": "failed" if error else "ok", "error": error,
                "count": sum(sum(pull.rows.values()) for pull in pulls),
            })
            for pull in pulls:
                for stream, count in sorted(pull.rows.items()):
                    connection.execute(text(_STREAM), whole | {
                        "stream": stream, "count": count, "seconds": pull.seconds, "as_of": self.as_of,
                        "error": pull.error, "result": "failed" if pull.error else "ok",
                        "started": now - timedelta(seconds=pull.seconds),
                    })
        return error

    def break_off(self) -> None:
        """Ends the rows of the sources that had not ended: this process was asked to stop."""
        with self.engine.begin() as connection:
            connection.execute(
                text(
                    "update portal.load_run set ended_at = :now, result = 'failed', "
                    "error = 'The load was broken off before it ended.' where result = 'running' and run_id = :run_id"
                ),
                {"now": wall(), "run_id": self.run_id},
            )


def note_sources(engine: Engine, sources: Iterable[Source], configured: Container[str]) -> None:
    """Brings portal.source up to what can be connected and what is."""
    now = wall()
    with engine.begin() as connection:
        known = list(sources)
        connection.execute(
            text("delete from portal.source where source <> all(:names)"), {"names": [one.name for one in known]}
        )
        for one in known:
            connection.execute(text(_SOURCE), {
                "source": one.name, "label": one.label, "minutes": MINUTES[one.cadence], "now": now,
                "configured": one.name in configured,
            })


def noted_sources(engine: Engine) -> set[str]:
    """The names of the sources that were connected when that was noted last."""
    with engine.connect() as connection:
        return set(connection.scalars(text("select source from portal.source where is_configured")))


def last_success(engine: Engine, source: str) -> datetime | None:
    """The business instant of the source's last good load."""
    query = "select max(as_of) from portal.load_run where source = :source and stream = '' and result = 'ok'"
    with engine.connect() as connection:
        found: datetime | None = connection.scalar(text(query), {"source": source})
        return found


def set_right(engine: Engine, source: str, now: datetime) -> bool:
    """Sets the record right of loads that ran by a clock which was ahead: left so, none would be due until then.

    Args:
        now: the business instant.

    Returns:
        Whether there was one.
    """
    with engine.begin() as connection:
        return bool(connection.execute(
            text(
                "update portal.load_run set as_of = least(as_of, :now), started_at = least(started_at, :wall), "
                "ended_at = least(ended_at, :wall) where source = :source "
                "and (as_of > :now + :slack or ended_at > :wall + :slack)"
            ),
            {"source": source, "now": now, "wall": wall(), "slack": CLOCK_SLACK},
        ).rowcount)


def last_loaded(engine: Engine) -> dict[str, datetime]:
    """When each source's last good load ended, by the wall's clock."""
    query = "select source, max(ended_at) from portal.load_run where stream = '' and result = 'ok' group by source"
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(query))}


def end_killed(engine: Engine, source: str) -> None:
    """Ends the rows of the source's loads that were killed; who holds its locks knows that none of them runs."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "update portal.load_run set ended_at = :now, result = 'failed', "
                "error = 'The load was killed before it ended.' where result = 'running' and source = :source"
            ),
            {"now": wall(), "source": source},
        )


_SOURCE = """
insert into portal.source (source, label, cadence_minutes, is_configured, seen_at)
values (:source, :label, :minutes, :configured, :now)
on conflict (source) do update set label = excluded.label, cadence_minutes = excluded.cadence_minutes,
    is_configured = excluded.is_configured, seen_at = excluded.seen_at
"""
_END = """
update portal.load_run set ended_at = :now, result = :result, error = :error, row_count = :count,
    seconds = extract(epoch from :now - started_at)
where run_id = :run_id and source = :source and stream = ''
"""
_STREAM = """
insert into portal.load_run (run_id, source, stream, started_at, ended_at, row_count, seconds, result, error, as_of)
values (:run_id, :source, :stream, :started, :now, :count, :seconds, :result, :error, :as_of)
on conflict (run_id, source, stream) do update set row_count = portal.load_run.row_count + excluded.row_count
"""
