"""One statement, run as a role's login: alone on a connection of its own, read only, in time, with a bound of rows.

The connection is made for the statement and closed after it, so that nothing of one person's session (a setting, a
lock, a prepared statement) is there for the next. The statement goes by the extended protocol: the server itself takes
one statement and no second, and values apart from it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from app.access import login_of
from app.errors import NotPermitted, PlumblineError, StatementError, WarehouseDown
from app.manner import parted
from app.secrets import warehouse_url
from app.settings import Settings
from app.sql.prepared import Prepared

DECLARE = "declare answer no scroll cursor without hold for "
EXPLAIN = "explain (format json) "
AT_ONCE = 500
MOST_BYTES = 32_000_000
KINDS = {
    16: "truth", 20: "number", 21: "number", 23: "number", 700: "number", 701: "number", 1700: "number", 26: "number",
    1082: "day", 1114: "time", 1184: "time",
}  # fmt: skip
"""What is in a column, by the type's number in Postgres; `text` for all others."""


class Cancelled(StatementError):
    """Whoever ran it stopped it."""


@dataclass(frozen=True)
class Found:
    """What came back.

    Attributes:
        names: of the columns; two of one name are told apart by a number.
        kinds: of the columns: number, day, time, truth or text.
        rows: as the database gave them, numbers exact.
        more: what is to be said of rows that are not shown; nothing where these are all.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: str = ""


@dataclass
class Line:
    """The connection on which somebody's statement runs, through which alone it can be stopped."""

    began: float = field(default_factory=monotonic)
    connection: psycopg.Connection[Any] | None = None
    is_cancelled: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, settings: Settings, role: str) -> psycopg.Connection[Any]:
        """Connects as the role's login.

        Raises:
            WarehouseDown: nobody answers.
        """
        url = warehouse_url(settings, login_of(role)).set(drivername="postgresql")
        try:
            made = psycopg.connect(url.render_as_string(hide_password=False), connect_timeout=5, prepare_threshold=None,
                                   application_name="plumbline sql", row_factory=tuple_row)  # fmt: skip
        except psycopg.Error:
            raise WarehouseDown(
                "The warehouse does not answer. Expected it to take one more connection. Look at `plumbline status`; "
                "try again in a moment."
            ) from None
        made.read_only = True
        with self._lock:
            self.connection = made
        return made

    def cancel(self) -> None:
        """Asks the server to stop what runs on this very connection, as its own client; once is enough."""
        with self._lock:
            self.is_cancelled = True
            if self.connection is not None and not self.connection.closed:
                self.connection.cancel_safe(timeout=5)

    def close(self) -> None:
        with self._lock:
            if self.connection is not None:
                self.connection.close()


def fetch(settings: Settings, role: str, statement: Prepared, line: Line, *, most: int, seconds: float) -> Found:
    """Runs a statement and takes its first rows.

    Args:
        settings: whose warehouse.
        role: as whose login.
        statement: admitted.
        line: to be stopped by.
        most: rows.
        seconds: for all of it.

    Raises:
        StatementError, NotPermitted, WarehouseDown: as the database said, without secrets.
        Cancelled: it was stopped on purpose.
    """
    deadline = monotonic() + seconds
    try:
        cursor = psycopg.RawCursor(line.open(settings, role))
        _within(cursor, deadline, line)
        cursor.execute("set local cursor_tuple_fraction = 1")  # all rows are wanted, not the first ones soon
        cursor.execute((DECLARE + statement.sql).encode(), statement.values)
        return _taken(cursor, deadline, line, most)
    except psycopg.Error as error:
        raise _told(error, statement, line, seconds, len(DECLARE)) from None
    finally:
        line.close()


def explain(settings: Settings, role: str, statement: Prepared, line: Line, *, seconds: float) -> Any:
    """How Postgres would go about a statement, without running it: its own JSON, as objects.

    Raises:
        As `fetch`.
    """
    try:
        cursor = psycopg.RawCursor(line.open(settings, role))
        _within(cursor, monotonic() + seconds, line)
        cursor.execute((EXPLAIN + statement.sql).encode(), statement.values)
        row = cursor.fetchone()
        return row[0] if row else []
    except psycopg.Error as error:
        raise _told(error, statement, line, seconds, len(EXPLAIN)) from None
    finally:
        line.close()


def _within(cursor: psycopg.RawCursor[Any], deadline: float, line: Line) -> None:
    """What is left of the time bounds the next statement, whatever the one before has set."""
    left = int((deadline - monotonic()) * 1000)
    if line.is_cancelled:
        raise Cancelled("It was stopped.")
    cursor.execute(f"set local statement_timeout = {max(1, left)}".encode())


def _taken(cursor: psycopg.RawCursor[Any], deadline: float, line: Line, most: int) -> Found:
    """The cursor's first rows, in pieces, until there are enough of them or of what is in them."""
    rows: list[tuple[Any, ...]] = []
    size, more, piece = 0, "", 1
    while True:
        _within(cursor, deadline, line)
        cursor.execute(f"fetch forward {min(piece, most + 1 - len(rows))} from answer".encode())
        columns = cursor.description or []
        came = cursor.fetchall()
        rows += came
        size += sum(len(value) if isinstance(value, str | bytes) else 16 for row in came for value in row)
        if len(rows) > most:
            rows, more = rows[:most], f"The first {parted(most)} rows; there are more."
            break
        if not came or len(came) < piece:
            break
        if size > MOST_BYTES:
            said = parted(len(rows))
            more = f"The first {said} rows: what they hold is too large for more. Name the columns you need."
            break
        piece = AT_ONCE
    kinds = tuple(KINDS.get(column.type_code, "text") for column in columns)
    return Found(_apart([column.name for column in columns]), kinds, tuple(rows), more)


def _apart(names: list[str]) -> tuple[str, ...]:
    """The names, each once: a second `amount` is `amount 2`."""
    found: list[str] = []
    for name in names:
        number, told = 1, name
        while told in found:
            number += 1
            told = f"{name} {number}"
        found.append(told)
    return tuple(found)


def _told(error: psycopg.Error, statement: Prepared, line: Line, seconds: float, before: int) -> PlumblineError:
    """The driver's error as one of ours, with the place in what was written."""
    code, diagnosis = error.sqlstate or "", error.diag
    said = (diagnosis.message_primary or "").strip().rstrip(".")
    if code == "57014" or line.is_cancelled:
        return Cancelled("It was stopped.") if line.is_cancelled else StatementError(
            f"It took longer than {seconds:g} seconds and was stopped. Expected an answer within that time. Ask for "
            "fewer rows, or read a rollup or mart in place of what it is made of."
        )  # fmt: skip
    at = int(diagnosis.statement_position) - 1 - before if diagnosis.statement_position else None
    place = statement.place_of(max(0, at)) if at is not None else (None, None)
    hint = f" {diagnosis.message_hint}" if diagnosis.message_hint else ""
    if code in {"42501", "25006"}:
        return NotPermitted(f"The database refuses: {said}. Expected something that your role may read.")
    if code in {"42P01", "3F000"}:
        return StatementError(f"{said}. Expected a table of the list; its name begins with its schema.{hint}", *place)
    if code[:2] in {"08", "53", "57", "58", "XX"}:
        return WarehouseDown(f"The warehouse could not answer: {said}. Try again; if it stays, see `plumbline status`.")
    if isinstance(error, psycopg.DataError) and not code:
        return StatementError(f"A value cannot be shown: {str(error).partition(chr(10))[0]}. Cast its column to text.")
    return StatementError(f"{said or 'The database does not take this'}.{hint}", *place)
