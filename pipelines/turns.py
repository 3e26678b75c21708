"""Waits for one's turn so that being asked to stop ends the wait.

Postgres' own wait for a lock and the kernel's for a file's happen where no signal handler of Python's runs; so both are
asked again and again instead.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from threading import Event

from sqlalchemy import Connection, text

from app.errors import BrokenOff

LOOK_SECONDS = 0.1


def await_turn(
    is_ours: Callable[[], bool], on_wait: Callable[[], None] = lambda: None, stopping: Event | None = None
) -> None:
    """Tries until it is our turn.

    Args:
        is_ours: takes the turn if it is free; whether it was.
        on_wait: called once where it is not free at once.
        stopping: ends the wait when it is set. In the main thread a handler that raises ends it as well.

    Raises:
        BrokenOff: we were asked to stop.
    """
    if is_ours():
        return
    on_wait()
    asked = stopping or Event()
    while not asked.wait(LOOK_SECONDS):
        if is_ours():
            return
    raise BrokenOff("The wait for another run to end was broken off.")


def lock_warehouse(
    connection: Connection, number: int, on_wait: Callable[[], None] = lambda: None, stopping: Event | None = None
) -> None:
    """Takes an advisory lock, which the connection then holds; it must commit by itself. As `await_turn`."""
    query, key = text("select pg_try_advisory_lock(:lock)"), {"lock": number}
    await_turn(lambda: bool(connection.scalar(query, key)), on_wait, stopping)


def lock_file(descriptor: int, stopping: Event | None = None) -> None:
    """Takes the file's lock for ourselves alone. As `await_turn`."""
    await_turn(lambda: is_free(descriptor), stopping=stopping)


def is_free(descriptor: int) -> bool:
    """Takes the file's lock if nobody else has it; whether that was so."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
