"""Loads that somebody asked for on a page: rows of portal.load_request, taken by the scheduler that leads."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from app.clock import wall

TAKE = text(
    """
    update portal.load_request set taken_at = :now
    where request_id = (
        select request_id from portal.load_request where taken_at is null
        order by requested_at for update skip locked limit 1
    )
    returning request_id, source, is_full
    """
)
END = text("update portal.load_request set ended_at = :now, error = :error where request_id = :request_id")


@dataclass(frozen=True)
class LoadRequest:
    """A load that somebody asked for."""

    request_id: UUID
    source: str
    is_full: bool

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """What to run, one after another, as arguments of `plumbline`: the load, then what shows it."""
        load = ("load", self.source, *(("--full",) if self.is_full else ()))
        return load, ("run", "build"), ("run", "check")


def take(connection: Connection) -> LoadRequest | None:
    """The one that waits longest, now taken; None where nobody waits."""
    row = connection.execute(TAKE, {"now": wall()}).first()
    return LoadRequest(row.request_id, row.source, row.is_full) if row else None


def end_interrupted(connection: Connection) -> None:
    """Ends what was taken by a scheduler that is gone; who leads now knows that none of it runs."""
    connection.execute(
        text("update portal.load_request set ended_at = :now, error = 'The scheduler was stopped before it was done.' "
             "where taken_at is not null and ended_at is null"),
        {"now": wall()},
    )


def end(connection: Connection, request: LoadRequest, error: str | None) -> None:
    """Notes that it is over, and what went wrong."""
    connection.execute(END, {"now": wall(), "error": error, "request_id": request.request_id})
