"""Brings a Postgres to the state that Plumbline expects: database, logins, schemas, tables, rights.

Safe to run on each start, and against somebody else's Postgres or Citus (`PLUMBLINE_WAREHOUSE_URL`).
"""

from __future__ import annotations

from contextlib import closing

import psycopg2
from alembic import command
from alembic.config import Config
from psycopg2.extensions import connection, quote_ident
from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from tenacity import retry, retry_if_exception, stop_after_delay, wait_exponential

from app.errors import WarehouseDown
from app.login import bracketed
from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from pipelines.citus import introduce, use_citus
from pipelines.doors import shut_doors
from pipelines.rights import close_database, grant_rights, make_logins, make_schemas, passwords
from pipelines.turns import await_turn

LOCK = 7_305_881_166
"""Number of the advisory lock under which one process at a time migrates."""


def migrate(settings: Settings, wait_seconds: float = 30) -> None:
    """Creates what is missing and leaves the rest.

    Args:
        settings: whose warehouse.
        wait_seconds: how long to wait for a server that does not answer yet.

    Raises:
        WarehouseDown: nothing answers there, the address is refused, or its user may not do what is needed.
    """
    url = warehouse_url(settings)
    try:
        with closing(_patient(url, wait_seconds)) as admin:
            admin.autocommit = True
            await_turn(lambda: _has_lock(admin))
            _migrate(settings, admin, url)
    except psycopg2.Error as error:
        raise WarehouseDown(
            f"The warehouse at {bracketed(str(url.host))}:{url.port or 5432} could not be prepared: "
            f"{_first_line(error)}. Expected a server that lets {url.username} create roles and schemas. Check "
            "PLUMBLINE_WAREHOUSE_URL, or that the embedded server runs (`plumbline status`)."
        ) from None


def _has_lock(admin: connection) -> bool:
    with admin.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", (LOCK,))
        return cursor.fetchone() == (True,)


def _migrate(settings: Settings, admin: connection, url: URL) -> None:
    make_logins(settings, admin)
    close_database(admin, str(url.database))
    if settings.warehouse_url is None:
        with admin.cursor() as cursor:
            cursor.execute("revoke all on database postgres, template1 from public")
    use_citus(admin)
    introduce(admin, passwords(settings))
    shut_doors(admin)
    make_schemas(admin)
    _upgrade(url)
    grant_rights(admin)


def _patient(url: URL, seconds: float) -> connection:
    """A connection to the database, made if need be, as soon as the server answers."""
    waiting = retry(
        stop=stop_after_delay(seconds),
        wait=wait_exponential(multiplier=0.1, max=2),
        retry=retry_if_exception(_may_pass),
        reraise=True,
    )
    try:
        found: connection = waiting(_connect)(url)
    except psycopg2.OperationalError:
        if not _create_database(url):
            raise
        found = _connect(url)
    return found


def _may_pass(error: BaseException) -> bool:
    """Whether waiting can help: nobody listens yet, or the server is still starting."""
    return isinstance(error, psycopg2.OperationalError) and any(
        sign in str(error) for sign in ("refused", "starting up", "shutting down", "timeout", "closed the connection")
    )


def _connect(url: URL) -> connection:
    """psycopg2's own connection, with whatever the address says beside host and user (sslmode, …)."""
    return psycopg2.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        connect_timeout=60,
        application_name="plumbline migrate",
    )


def _create_database(url: URL) -> bool:
    """Creates the database if it is missing; whether it was. Servers say so in many languages, so it is looked up."""
    try:
        admin = _connect(url.set(database="postgres"))
    except psycopg2.OperationalError:
        return False
    with closing(admin):
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (url.database,))
            if cursor.fetchone():
                return False
            name = quote_ident(str(url.database), admin)
            cursor.execute(f"create database {name} encoding 'UTF8' template template0")
            return True


def _upgrade(url: URL) -> None:
    engine = create_engine(url, hide_parameters=True)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "app" / "migrations"))
    try:
        with engine.begin() as open_connection:
            config.attributes["connection"] = open_connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
