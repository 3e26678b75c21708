"""A migrated warehouse whose raw tables a test fills by hand."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from psycopg2.extensions import connection

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.build import build
from pipelines.dbt import dbt_folder, manifest_path, run_dbt
from pipelines.job import Run
from pipelines.lineage import read_lineage
from pipelines.postgres import Cluster

RAW = ("raw_stripe", "raw_salesforce", "raw_production", "raw_files", "raw_ga4", "raw_sendgrid")


@pytest.fixture
def database(migrated: Settings) -> Iterator[connection]:
    """The warehouse as its admin, its raw schemas empty before and after."""
    with _opened(migrated) as opened:
        _empty(opened)
        yield opened
        opened.rollback()
        _empty(opened)


class Copies:
    """States of a file's warehouse: each is made once, and put in place again from a copy of its server's files."""

    def __init__(self, settings: Settings, cluster: Cluster, folder: Path) -> None:
        self._settings, self._cluster, self._folder = settings, cluster, folder

    @contextmanager
    def of(self, name: str, make: Callable[[connection], None]) -> Iterator[connection]:
        """The state as the warehouse's admin, given an empty one to make it; raw schemas are empty afterwards."""
        copy = self._folder / name
        if not copy.exists():
            with _opened(self._settings) as opened:
                _empty(opened)
                make(opened)
            self._put(self._cluster.data, copy)
        else:
            self._put(copy, self._cluster.data)
        with _opened(self._settings) as opened:
            yield opened
            opened.rollback()
            _empty(opened)

    def _put(self, files: Path, place: Path) -> None:
        """With their owner, whom Postgres insists on, and while nobody writes them."""
        self._cluster.stop()
        shutil.rmtree(place, ignore_errors=True)
        subprocess.run(("cp", "-a", str(files), str(place)), check=True)
        self._cluster.start()


@pytest.fixture(scope="module")
def copies(migrated: Settings, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return Copies(migrated, cluster, tmp_path_factory.mktemp("copies"))


def built_once(name: str, load: Callable[[connection], None], as_of: datetime) -> Any:
    """A fixture: what `load` fills raw tables with, built as of an instant; made once for a file's tests."""

    @pytest.fixture
    def built(copies: Copies, build_as_of: Callable[[datetime], None]) -> Iterator[connection]:
        def make(database: connection) -> None:
            load(database)
            build_as_of(as_of)

        with copies.of(name, make) as database:
            yield database

    return built


@pytest.fixture
def build_as_of(migrated: Settings) -> Callable[[datetime], None]:
    """Builds the warehouse as of an instant."""

    def built(as_of: datetime) -> None:
        build(Run(uuid4(), as_of, migrated, "build"))

    return built


@pytest.fixture
def stage(migrated: Settings) -> Callable[..., None]:
    """Makes views of staging, named as dbt selects them, and nothing that is made of them."""

    def staged(*models: str) -> None:
        result = run_dbt(
            warehouse_url(migrated, "plumbline_builder"), dbt_folder(migrated), ("run", "--select", *models),
            as_of=datetime(2026, 11, 22, 11, tzinfo=UTC), timezone="America/New_York",
        )  # fmt: skip
        assert result.success, result.exception

    return staged


def answers(database: connection, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with database.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    database.commit()
    return rows


def contents(settings: Settings, database: connection) -> Mapping[str, Any]:
    """Every row of every table of core and rollup, in an order of its own; but for what waits for the whole build."""
    tables = answers(database, "select schemaname || '.' || tablename from pg_tables where schemaname in "
                               "('core', 'rollup') order by 1")  # fmt: skip
    lineage = read_lineage(manifest_path(settings))
    waiting = {lineage.datasets[node] for node in lineage.whole_only}
    return {
        name: answers(database, f"select to_jsonb(t)::text from {name} as t order by 1")
        for (name,) in tables
        if name not in waiting
    }


@contextmanager
def _opened(settings: Settings) -> Iterator[connection]:
    address = warehouse_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as opened:
        yield opened


def _empty(database: connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("select schemaname, tablename from pg_tables where schemaname = any(%s)", (list(RAW),))
        for schema, table in cursor.fetchall():
            cursor.execute(f'drop table {schema}."{table}" cascade')
        cursor.execute("delete from raw_stripe_webhook.event")
    database.commit()
