"""Views of staging are left as they are only where a build would make the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy.engine import URL

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.staging_views import note, origin, stand


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "staging").mkdir()
    (tmp_path / "macros").mkdir()
    (tmp_path / "staging" / "stg_stripe__customers.sql").write_text("select 1")
    (tmp_path / "macros" / "raw.sql").write_text("{% macro raw() %}{% endmacro %}")
    (tmp_path / "dbt_project.yml").write_text("name: plumbline")
    return tmp_path


@pytest.fixture
def builder(migrated: Settings) -> URL:
    return warehouse_url(migrated, "plumbline_builder")


@pytest.fixture
def execute(migrated: Settings, project: Path, builder: URL) -> Iterator[Callable[[str], None]]:
    """SQL as the warehouse's admin, who has made a raw table and a view, which a build has noted."""
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as opened:
        opened.autocommit = True
        cursor = opened.cursor()
        cursor.execute("create table raw_stripe.customer (id text)")
        cursor.execute("create view staging.stg_stripe__customers as select id from raw_stripe.customer")
        note(builder, origin(builder, project, "UTC"))
        yield cursor.execute
        cursor.execute("drop table raw_stripe.customer cascade")


def _write(project: Path, name: str, content: str) -> None:
    (project / name).write_text(content)


CHANGES: dict[str, Callable[[Callable[[str], None], Path], None]] = {
    "a column came to a raw table": lambda sql, _: sql("alter table raw_stripe.customer add email text"),
    "a raw column has another type": lambda sql, _: sql(
        "drop view staging.stg_stripe__customers; alter table raw_stripe.customer alter id type varchar; "
        "create view staging.stg_stripe__customers as select id from raw_stripe.customer"
    ),
    "a raw table came": lambda sql, _: sql("create table raw_stripe.newcomer (customer_id text)"),
    "the table was loaded anew, and took the view along": lambda sql, _: sql(
        "drop table raw_stripe.customer cascade; create table raw_stripe.customer (id text)"
    ),
    "somebody changed the view by hand": lambda sql, _: sql(
        "create or replace view staging.stg_stripe__customers as select upper(id) as id from raw_stripe.customer"
    ),
    "a model changed": lambda _, project: _write(project, "staging/stg_stripe__customers.sql", "select 2"),
    "a model came": lambda _, project: _write(project, "staging/stg_stripe__refunds.sql", "select 1"),
    "a macro changed": lambda _, project: _write(project, "macros/raw.sql", "{% macro raw() %}1{% endmacro %}"),
    "the project's constants changed": lambda _, project: _write(project, "dbt_project.yml", "name: other"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changed_is_made_anew(
    execute: Callable[[str], None],
    project: Path,
    builder: URL,
    change: Callable[[Callable[[str], None], Path], None],
) -> None:
    assert stand(builder, origin(builder, project, "UTC"))
    change(execute, project)
    assert not stand(builder, origin(builder, project, "UTC"))
    execute("drop table if exists raw_stripe.newcomer")


def test_so_it_is_in_another_time_zone(execute: Callable[[str], None], project: Path, builder: URL) -> None:
    assert not stand(builder, origin(builder, project, "Europe/Berlin"))


def test_rows_change_nothing(execute: Callable[[str], None], project: Path, builder: URL) -> None:
    execute("insert into raw_stripe.customer values ('cus_1')")
    execute("analyze raw_stripe.customer")
    assert stand(builder, origin(builder, project, "UTC"))
