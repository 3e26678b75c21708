"""One reader of production at a time, by a lock in the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from psycopg2.extensions import connection

from app.errors import SourceDown

LOCK = 7_586_200_003
PATIENCE_SECONDS = 20.0


class AlreadyRead(SourceDown):
    """Somebody else reads production now."""


class TurnLost(SourceDown):
    """The warehouse has ended the connection that held the lock."""


@contextmanager
def only_reader(warehouse: connection, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Holds the lock of the one reader, as long as the connection lives.

    Raises:
        AlreadyRead: somebody else has held it for longer than the patience.
    """
    give_up = monotonic() + patience
    while True:
        with warehouse, warehouse.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", (LOCK,))
            if cursor.fetchall() == [(True,)]:
                break
        if monotonic() > give_up:
            raise AlreadyRead(
                "Production is being read already. Found another reader's lock in the warehouse. Expected one "
                "reader at a time: the service capture, or one `python -m pipelines.capture`. Stop the other first."
            )
        sleep(0.1)
    yield


def reader(warehouse: connection) -> int | None:
    """The process of the warehouse whose connection holds the lock; None where nobody reads."""
    with warehouse.cursor() as cursor:
        cursor.execute(
            "select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1 "
            "and (classid::bigint << 32) + objid::bigint = %s "
            "and database = (select oid from pg_database where datname = current_database())", (LOCK,),
        )  # fmt: skip
        found = cursor.fetchone()
    return found[0] if found else None
