"""What a view showed is remembered row by row: only what changed is written, whatever its rows and columns are like."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.history_tables import (
    Remembered,
    end_rows,
    forget_rows,
    remember_rows,
    show_to,
    table_of,
    view_of,
)

MART = "mart_finance.odd"
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
EXECUTIVE, FINANCE = "plumbline_executive", "plumbline_finance"


@pytest.fixture
def warehouse(migrated: Settings) -> Iterator[Connection]:
    """As the login that owns marts, in a transaction that is taken back; with a mart of rows that are hard to tell."""
    engine = create_engine(warehouse_url(migrated, "plumbline_builder"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("create table rollup.odd (name text, amount numeric, tags text[])")
        connection.exec_driver_sql(
            "insert into rollup.odd values ('a', 1, null), ('a', 1, null), (null, null, null), "
            "('b', 2.50, '{x,y}'), ('''\"; drop', 'NaN', '{}')"
        )
        connection.exec_driver_sql(f'create view {MART} as select name, amount, tags as "The Tags" from rollup.odd')
        yield connection
        connection.rollback()


def at(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def then(connection: Connection, day: int) -> list[Any]:
    query = (
        f"select name, amount::text from {view_of(MART)} where recorded_from <= :at "
        "and (recorded_to is null or recorded_to > :at)"
    )
    return sorted(map(tuple, connection.execute(text(query), {"at": at(day)})), key=str)


def now(connection: Connection) -> list[Any]:
    return sorted(map(tuple, connection.exec_driver_sql(f"select name, amount::text from {MART}")), key=str)


def test_what_stays_is_not_written_again(warehouse: Connection) -> None:
    assert remember_rows(warehouse, MART, at(0)) == Remembered(5, 0)
    assert remember_rows(warehouse, MART, at(1)) == Remembered(0, 0)
    warehouse.exec_driver_sql("update rollup.odd set amount = 2.5 where name = 'b'")
    assert remember_rows(warehouse, MART, at(2)) == Remembered(0, 0), "2.50 equals 2.5"


@pytest.mark.parametrize(
    ("change", "came", "ended"),
    [
        ("delete from rollup.odd where ctid = (select min(ctid) from rollup.odd where name = 'a')", 0, 1),
        ("insert into rollup.odd values ('a', 1, null), (null, null, null)", 2, 0),
        ("update rollup.odd set amount = 0 where name is null", 1, 1),
        ("update rollup.odd set tags = null where name = 'b'", 1, 1),
        ("delete from rollup.odd", 0, 5),
        ("update rollup.odd set amount = coalesce(nullif(amount, 'NaN'), 0) + 1", 5, 5),
    ],
    ids=["one of two alike goes", "more come that are alike", "a null becomes a value", "a value becomes null",
         "all go", "all become others"],
)  # fmt: skip
def test_then_is_what_was_shown(warehouse: Connection, change: str, came: int, ended: int) -> None:
    """A full copy taken before, against what is remembered of before."""
    before = now(warehouse)
    remember_rows(warehouse, MART, at(0))
    warehouse.exec_driver_sql(change)
    assert remember_rows(warehouse, MART, at(1)) == Remembered(came, ended)
    assert (then(warehouse, 0), then(warehouse, 1)) == (before, now(warehouse))
    assert then(warehouse, -1) == []


def test_columns_come_go_and_change(warehouse: Connection) -> None:
    remember_rows(warehouse, MART, at(0))
    remake = f'drop view {MART}; create view {MART} as select name, {{}}, tags as "The Tags" from rollup.odd'
    warehouse.exec_driver_sql(remake.format("amount, 7 as number"))
    assert remember_rows(warehouse, MART, at(1)) == Remembered(5, 5)
    numbers = f"select recorded_from, number, amount from {view_of(MART)} where name = 'b' order by 1"
    assert [row[1] for row in warehouse.exec_driver_sql(numbers)] == [None, 7]
    warehouse.exec_driver_sql(remake.format("7::bigint as number"))
    assert remember_rows(warehouse, MART, at(2)) == Remembered(0, 0), "a column that is gone is kept as it was"
    warehouse.exec_driver_sql(remake.format("date '2026-01-01' as number"))
    remember_rows(warehouse, MART, at(3))
    query = f"select number__before_1, number from {view_of(MART)} where name = 'b' order by recorded_from"
    kept = warehouse.exec_driver_sql(query)
    assert [(old, str(new)) for old, new in kept] == [(None, "None"), (7, "None"), (None, "2026-01-01")]


def test_it_is_shown_to_whom_the_mart_is_shown(warehouse: Connection) -> None:
    remember_rows(warehouse, MART, at(0))
    reads = text(
        "select has_table_privilege(:login, :view, 'select') "
        "and has_schema_privilege(:login, 'then_finance', 'usage')"
    )

    def may(login: str) -> bool:
        return bool(warehouse.scalar(reads, {"login": login, "view": view_of(MART)}))

    show_to(warehouse, MART, frozenset({EXECUTIVE, FINANCE}))
    assert may(EXECUTIVE) and may(FINANCE)
    show_to(warehouse, MART, frozenset({FINANCE}))
    assert not may(EXECUTIVE) and may(FINANCE)
    own = "select has_table_privilege(:login, :table, 'select')"
    assert not warehouse.scalar(text(own), {"login": FINANCE, "table": table_of(MART)}), "its table is nobody else's"


def test_what_was_over_long_ago_is_forgotten(warehouse: Connection) -> None:
    remember_rows(warehouse, MART, at(0))
    warehouse.exec_driver_sql("delete from rollup.odd where name = 'a'")
    remember_rows(warehouse, MART, at(5))
    assert forget_rows(warehouse, MART, at(5)) == 0
    assert forget_rows(warehouse, MART, at(6)) == 2
    assert then(warehouse, 5) == now(warehouse)
    end_rows(warehouse, MART, at(7))
    assert then(warehouse, 7) == []
