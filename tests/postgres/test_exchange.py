"""The exchange alone, on tables made by hand: all or nothing, and no reader pays for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event, Thread

import psycopg2
import pytest
from psycopg2.extensions import connection
from sqlalchemy import Connection

from app.errors import FellShort
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.exchange import exchange
from pipelines.mart_views import Mart

FINANCE, SALES, WORKER = "plumbline_finance", "plumbline_sales", "plumbline_worker"
TABLES = ("cash", "mrr")
Exchange = Callable[..., None]
Note = Callable[[Connection], None]


def mart(name: str, columns: str = "amount") -> Mart:
    readers = frozenset({FINANCE, "plumbline_of_another_database"})
    return Mart(f"mart_finance.{name}", f"select {columns} from rollup.{name}", "What is there.", readers)


def _connect(settings: Settings, login: str) -> connection:
    address = warehouse_url(settings, login).set(drivername="postgresql")
    opened: connection = psycopg2.connect(address.render_as_string(hide_password=False))
    opened.autocommit = True
    return opened


@pytest.fixture
def builder(migrated: Settings) -> Iterator[connection]:
    with closing(_connect(migrated, "plumbline_builder")) as opened:
        yield opened
        for name in TABLES:
            _ask(opened, f"drop table if exists rollup.{name}, rollup_next.{name} cascade")


@pytest.fixture
def build(migrated: Settings, builder: connection) -> Exchange:
    """Works two rollups of one amount out and exchanges them."""

    def built(amount: int, *marts: Mart, columns: str = "", note: Note = lambda _: None) -> None:
        for name in TABLES:
            _ask(builder, f"drop table if exists rollup_next.{name}")
            _ask(builder, f"create table rollup_next.{name} as select {amount} as amount{columns}")
        url = warehouse_url(migrated, "plumbline_builder")
        exchange(url, TABLES, marts or tuple(mart(name) for name in TABLES), note)

    return built


def _ask(opened: connection, statement: str) -> list[tuple[object, ...]]:
    with opened.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _amounts(opened: connection) -> list[tuple[object, ...]]:
    return _ask(opened, "select cash.amount, mrr.amount from mart_finance.cash cross join mart_finance.mrr")


def test_the_first_exchange_makes_what_is_not_there(build: Exchange, builder: connection) -> None:
    build(1)
    assert _amounts(builder) == [(1, 1)]
    assert _ask(builder, "select count(*) from pg_tables where schemaname = 'rollup_next'") == [(0,)]


def test_what_fails_in_the_last_moment_changes_nothing(build: Exchange, builder: connection) -> None:
    build(1)

    def die(_: Connection) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(2, columns=", 1 as more", note=die)
    assert _amounts(builder) == [(1, 1)]


def test_a_mart_that_cannot_be_made_is_named_and_changes_nothing(build: Exchange, builder: connection) -> None:
    build(1)
    with pytest.raises(FellShort, match=r'mart_finance\.mrr could not .*column "gold" does not exist'):
        build(2, mart("cash", "amount, 1 as one"), mart("mrr", "gold"))
    assert _amounts(builder) == [(1, 1)]


def test_other_columns_make_tables_and_views_anew_with_their_rights(
    migrated: Settings, build: Exchange, builder: connection
) -> None:
    build(1)
    build(2, mart("cash", "more, amount"), mart("mrr"), columns=", 7 as more")
    assert _ask(builder, "select more, amount from mart_finance.cash") == [(7, 2)]
    with closing(_connect(migrated, FINANCE)) as reader:
        assert _amounts(reader) == [(2, 2)]
    with closing(_connect(migrated, "plumbline_analyst")) as reader:
        assert _ask(reader, "select more from rollup.cash") == [(7,)]


def test_a_view_that_did_not_change_is_not_touched(build: Exchange, builder: connection) -> None:
    build(1)
    views = "select oid, xmin::text from pg_class where oid in ('mart_finance.cash'::regclass, 'rollup.cash'::regclass)"
    oids = "select oid from pg_class where relname in ('cash', 'mrr') order by oid"
    before = _ask(builder, views)[0], _ask(builder, oids)
    build(2)
    assert _amounts(builder) == [(2, 2)]
    assert (_ask(builder, views)[0], _ask(builder, oids)) == before


def test_exactly_the_named_logins_read_a_mart(migrated: Settings, build: Exchange, builder: connection) -> None:
    build(1)
    _ask(builder, f"grant select on mart_finance.cash to {SALES}")
    build(2)
    granted = (
        "select array_agg(grantee::text order by grantee) from information_schema.role_table_grants where "
        "table_schema = 'mart_finance' and table_name = 'cash' and privilege_type = 'SELECT' and grantee <> grantor"
    )
    assert _ask(builder, granted) == [([FINANCE, WORKER],)]


def test_a_reader_who_holds_one_view_and_wants_another_never_loses(
    migrated: Settings, build: Exchange, builder: connection
) -> None:
    """The build has replaced the first view and waits for the second, the reader the other way round."""
    build(1)
    new = (mart("cash", "1 as one, amount"), mart("mrr", "1 as one, amount"))
    with closing(_connect(migrated, FINANCE)) as reader:
        reader.autocommit = False
        assert _ask(reader, "select amount from mart_finance.mrr") == [(1,)]
        ended = Event()
        thread = Thread(target=lambda: (build(2, *new), ended.set()))
        thread.start()
        assert not ended.wait(1.5)  # it tries, and lets go, again and again
        assert _ask(reader, "select amount from mart_finance.cash") == [(1,)]
        assert not ended.is_set()
        reader.commit()
        thread.join(30)
        assert ended.is_set()
        assert _amounts(reader) == [(2, 2)]


def test_readers_who_never_pause_see_whole_builds_while_definitions_change(
    migrated: Settings, build: Exchange, builder: connection
) -> None:
    build(0)
    seen: list[tuple[object, ...]] = []
    is_over = Event()

    def ask() -> None:
        with closing(_connect(migrated, FINANCE)) as reader:
            while not is_over.is_set():
                seen.extend(_amounts(reader))
            seen.append(("ended well",))

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for amount in range(1, 6):
        build(amount, mart("cash", f"{amount} as one, amount"), mart("mrr", f"amount, more, {amount} as one"),
              columns=f", '{amount}'::{'text' if amount % 2 else 'name'} as more")  # fmt: skip
    is_over.set()
    for thread in threads:
        thread.join(30)
    assert seen.count(("ended well",)) == 2
    assert set(seen) - {("ended well",)} <= {(amount, amount) for amount in range(6)}
    assert _amounts(builder) == [(5, 5)]
