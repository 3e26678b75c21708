"""Connections to the warehouse, one small pool per login, and what its errors mean in our own words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLIN, poll
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import NotBuilt, NotPermitted, PlumblineError, QuestionError, TookTooLong, WarehouseDown
from app.secrets import PORTAL, warehouse_url
from app.settings import Settings

POOL_SECONDS = 15
CONNECT_SECONDS = 15
NOTICED: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
           "tcp_user_timeout": 20_000}  # fmt: skip
"""By these a connection ends whose other end went away without a word."""
SURE_SECONDS = 5.0
"""For so long a connection that was given back counts as being there."""
RESTED = "plumbline rested at"


class Connections:
    """The pools of one process; a pool is made when its login is first needed.

    Args:
        settings: whose warehouse, and how long a statement may run.
        pool_size: connections kept per login and way of asking, twice that for the portal's own, which every read
            needs; as many again may be lent in a rush.
    """

    def __init__(self, settings: Settings, pool_size: int = 2) -> None:
        self._settings = settings
        self._pool_size = pool_size
        self._engines: dict[tuple[str, bool], Engine] = {}
        self._lock = threading.Lock()

    @contextmanager
    def open(self, login: str, *, read_only: bool = False) -> Iterator[Connection]:
        """One transaction as that login, committed at the end, rolled back on an error.

        Args:
            login: such as `plumbline_portal`.
            read_only: refuse writes, and end statements that run longer than the settings allow.

        Raises:
            WarehouseDown, NotPermitted, NotBuilt, QuestionError: what the database said, without its secrets.
        """
        with self._in_our_words(), self._engine(login).begin() as connection:
            if read_only:
                milliseconds = self._settings.statement_timeout_seconds * 1000
                connection.exec_driver_sql(f"set transaction read only; set local statement_timeout = {milliseconds}")
            yield connection

    @contextmanager
    def ask(self, login: str) -> Iterator[Connection]:
        """For one statement, which is a transaction by itself: without the ways to the database for begin and commit.

        It has connections of its own: to turn one into such and back costs as much as the statement.

        Raises:
            WarehouseDown, NotPermitted, NotBuilt, QuestionError: as `open`.
        """
        with self._in_our_words(), self._engine(login, by_itself=True).connect() as connection:
            yield connection

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._translate(error) from None
        except ValueError as error:
            raise QuestionError(
                f"A value cannot be sent to the database: {_first_line(error)}. Expected text without NUL and without "
                "halves of characters."
            ) from None

    def close(self) -> None:
        """Closes all pools; they are made anew when needed."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()

    def _engine(self, login: str, *, by_itself: bool = False) -> Engine:
        key = login, by_itself
        with self._lock:
            if key not in self._engines:
                size = self._pool_size * (2 if login == PORTAL else 1)
                self._engines[key] = create_engine(
                    warehouse_url(self._settings, login),
                    **({"isolation_level": "AUTOCOMMIT"} if by_itself else {}),
                    pool_size=size,
                    max_overflow=size,
                    pool_timeout=POOL_SECONDS,
                    hide_parameters=True,
                    connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "plumbline", **NOTICED},
                )
                ping_the_rested(self._engines[key])
            return self._engines[key]

    def _translate(self, error: Exception) -> PlumblineError:
        """The driver's error as one of ours."""
        if isinstance(error, PoolTimeout):
            return WarehouseDown(
                f"The warehouse is busy: no connection came free within {POOL_SECONDS} seconds. Expected one at once. "
                "Try again in a moment."
            )
        original = error.orig if isinstance(error, DBAPIError) else None
        code = str(getattr(original, "pgcode", None) or "")
        said = _first_line(original) if code else type(error).__name__
        if code == "57014":
            return TookTooLong(
                f"The question took longer than {self._settings.statement_timeout_seconds} seconds and was stopped. "
                "Expected an answer within that time. Ask for fewer months or dimensions."
            )
        if code in {"42501", "25006"}:
            return NotPermitted(f"The database refuses: {said}. Expected a role that may read this. Ask for the right.")
        if code in {"42P01", "3F000"}:
            return NotBuilt(
                f"Not there yet: {said}. Expected the last build to have made it. Run `plumbline run build`."
            )
        if code[:3] == "57P":
            return WarehouseDown(
                f"The warehouse is being stopped or started ({said}). Expected it to be up. Try again in a minute; if "
                "it stays away, `plumbline status` says what is wrong."
            )
        if code[:2] in {"22", "42"}:
            return QuestionError(
                f"The database cannot answer this: {said}. Check columns and values that were asked for."
            )
        if code[:2] == "23":
            return QuestionError(f"The database does not accept this: {said}. Expected values that keep its rules.")
        return WarehouseDown(
            f"The warehouse does not answer ({said}). Expected it to be up and to accept this home's "
            "passwords. Look at `plumbline status`; start it with `plumbline up`."
        )


def ping_the_rested(engine: Engine) -> None:
    """A connection that was given back just now and of which nothing was heard since is there; another is asked, and
    made anew where it does not answer.

    A server that goes says so at the socket. SQLAlchemy's own `pool_pre_ping` asks each time, which a page's ten small
    questions pay for with a third of their time.
    """

    def rests(_: Any, record: ConnectionPoolEntry) -> None:
        record.info[RESTED] = monotonic()

    def is_lent(connection: DBAPIConnection, record: ConnectionPoolEntry, _: Any) -> None:
        has_rested = monotonic() - record.info.get(RESTED, monotonic()) > SURE_SECONDS
        try:
            if has_rested or is_heard(connection.fileno()):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError(str(error)) from error  # the pool makes another

    event.listen(engine, "checkin", rests)
    event.listen(engine, "checkout", is_lent)


def is_heard(descriptor: int) -> bool:
    """Whether something waits to be read there, or its other end is gone; for any number of open files."""
    waiting = poll()
    waiting.register(descriptor, POLLIN)
    return bool(waiting.poll(0))


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
