"""A migrated warehouse whose raw tables a test fills by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from psycopg2.extensions import connection

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.build import build
from pipelines.dbt import manifest_path
from pipelines.job import Run
from pipelines.lineage import read_lineage

RAW = ("raw_stripe", "raw_salesforce", "raw_production", "raw_files", "raw_ga4", "raw_sendgrid")


@pytest.fixture
def database(migrated: Settings) -> Iterator[connection]:
    """The warehouse as its admin, its raw schemas empty before and after."""
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as opened:
        _empty(opened)
        yield opened
        opened.rollback()
        _empty(opened)


@pytest.fixture
def build_as_of(migrated: Settings) -> Callable[[datetime], None]:
    """Builds the warehouse as of an instant."""

    def built(as_of: datetime) -> None:
        build(Run(uuid4(), as_of, migrated, "build"))

    return built


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


def _empty(database: connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("select schemaname, tablename from pg_tables where schemaname = any(%s)", (list(RAW),))
        for schema, table in cursor.fetchall():
            cursor.execute(f'drop table {schema}."{table}" cascade')
        cursor.execute("delete from raw_stripe_webhook.event")
    database.commit()
