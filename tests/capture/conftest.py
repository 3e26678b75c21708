"""Two real servers: one that plays production, with a publication and a login that is no superuser; one warehouse."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from sqlalchemy.engine import URL

from app.secrets import get_secret, production_url, warehouse_url
from app.settings import ROOT, Settings
from pipelines.capture.credentials import Credentials, credentials
from pipelines.capture.drift import Drift
from pipelines.capture.session import Session
from pipelines.migrate import migrate
from pipelines.postgres import Cluster
from pipelines.sandbox.production import READER
from tests import template

Rows = list[tuple[Any, ...]]


class Pair:
    """Production and the warehouse, and what the capture told of drift."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.drifts: list[Drift] = []
        self.owner = connect(production_url(settings))
        self.warehouse = connect(warehouse_url(settings))

    def do(self, *statements: str) -> None:
        """As production's owner; each statement is a transaction."""
        with self.owner.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def publish(self, table: str) -> None:
        self.do(f"alter publication plumbline add table {table}", f"grant select on {table} to {READER}")

    def production(self, query: str) -> Rows:
        return rows(self.owner, query)

    def raw(self, query: str) -> Rows:
        return rows(self.warehouse, query)

    def session(self, stopping: threading.Event | None = None, piece_bytes: int = 2**20) -> Session:
        given = credentials(self.settings)
        assert given is not None
        return Session(self.settings, given, stopping or threading.Event(), self.drifts.append, piece_bytes)

    def drain(self) -> None:
        """Reads all that is committed in production now."""
        self.session().run(once=True)

    def kinds(self) -> list[tuple[str, str]]:
        """Stream and kind of what was told since the last call."""
        told = [(drift.stream, drift.kind) for drift in self.drifts]
        self.drifts.clear()
        return told

    def given(self) -> Credentials:
        found = credentials(self.settings)
        assert found is not None
        return found

    def program(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The capture as a process of its own."""
        environment = os.environ | {
            "PLUMBLINE_HOME": str(self.settings.home), "PLUMBLINE_SANDBOX_SCALE": "small",
        }  # fmt: skip
        with (self.settings.home / "logs" / "capture-test.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "pipelines.capture", *arguments],
                cwd=ROOT, env=environment, stdout=log, stderr=log,
            )  # fmt: skip


def connect(url: URL) -> Any:
    connection = psycopg2.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("set timezone = 'UTC'")
    return connection


def rows(connection: Any, query: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: Rows = cursor.fetchall()
        return found


def assert_equal(pair: Pair, table: str, columns: str, key: str = "id", raw: str | None = None) -> None:
    """Row by row as text: what lives in production is what is not marked as deleted in the raw table."""
    casts = ", ".join(f"{column}::text" for column in columns.split(", "))
    theirs = pair.production(f"select {casts} from {table} order by {key}")
    ours = pair.raw(f"select {casts} from raw_production.{raw or table} where _sdc_deleted_at is null order by {key}")
    assert ours == theirs


@pytest.fixture(scope="module")
def pair(make_settings: Callable[..., Settings]) -> Iterator[Pair]:
    settings = make_settings()
    clusters = [Cluster(settings, "warehouse"), Cluster(settings, "production")]
    template.lay(settings)
    for cluster in clusters:
        cluster.start()
    migrate(settings)
    first = connect(production_url(settings).set(database="postgres"))
    with first.cursor() as cursor:
        cursor.execute("create database production")
    first.close()
    found = Pair(settings)
    secret = get_secret(settings, "production_reader")
    found.do(
        f"create role {READER} login replication nosuperuser password '{secret}'",
        "create table anchor (id bigint primary key, note text)",
        "create publication plumbline for table anchor",
        f"grant select on anchor to {READER}",
    )
    yield found
    found.owner.close()
    found.warehouse.close()
    for cluster in clusters:
        cluster.stop()
