"""What changes in production's tables is told and loaded; no row is ever lost."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from app.errors import SourceDown
from pipelines.capture.tables import unpublished_drift
from pipelines.probing import who
from pipelines.sources import all_sources
from tests.capture.conftest import Pair, assert_equal

pytestmark = pytest.mark.slow


@pytest.fixture
def goods(pair: Pair) -> Iterator[Pair]:
    """A loaded table with a column of each kind that is changed below."""
    pair.do("create table goods (id integer primary key, name text, price integer, born date)",
            "insert into goods values (1, 'one', 10, '2024-01-01'), (2, 'two', 20, null)")  # fmt: skip
    pair.publish("goods")
    pair.drain()
    pair.kinds()
    yield pair
    with pair.warehouse.cursor() as cursor:
        cursor.execute("drop table if exists raw_production.goods cascade")
    pair.do("drop table if exists goods", "drop table if exists wares")
    pair.drain()
    pair.kinds()


def test_a_new_column_is_loaded_and_told(goods: Pair) -> None:
    goods.do("alter table goods add column colour text", "insert into goods values (3, 'three', 30, null, 'red')",
             "update goods set colour = 'blue' where id = 1")  # fmt: skip
    goods.drain()
    assert_equal(goods, "goods", "id, name, price, born, colour")
    assert goods.kinds() == [("goods", "new_column")]


def test_a_new_column_with_a_default_is_filled_in_rows_that_never_change(goods: Pair) -> None:
    goods.do("alter table goods add column stock integer not null default 7", "insert into goods values (3, 'three')")
    goods.drain()
    assert_equal(goods, "goods", "id, name, price, stock")


def test_a_renamed_column_goes_on_under_its_new_name_and_the_old_one_keeps_what_it_held(goods: Pair) -> None:
    goods.do("alter table goods rename column name to label", "insert into goods values (3, 'three', 30)")
    goods.drain()
    assert_equal(goods, "goods", "id, label, price")
    assert goods.raw("select name from raw_production.goods order by id") == [("one",), ("two",), (None,)]
    assert goods.kinds() == [("goods", "new_column"), ("goods", "dropped_column")]


def test_a_dropped_column_stays_with_what_was_loaded_of_it(goods: Pair) -> None:
    goods.do("alter table goods drop column price", "update goods set name = 'TWO' where id = 2",
             "insert into goods values (3, 'three')")  # fmt: skip
    goods.drain()
    assert goods.raw("select id, name, price from raw_production.goods order by id") == [
        (1, "one", 10), (2, "TWO", None), (3, "three", None)]  # fmt: skip
    assert goods.kinds() == [("goods", "dropped_column")]


@pytest.mark.parametrize(
    ("change", "value", "column", "kind"),
    [("price type bigint", "9000000000", "price", "bigint"),
     ("price type numeric using price", "1.5", "price", "numeric"),
     ("price type text using price::text", "'dear'", "price__text", "text"),
     ("born type timestamp using born", "'2024-05-05 12:30:00'", "born", "timestamp without time zone"),
     ("born type text using born::text", "'long ago'", "born__text", "text"),
     ("price type boolean using price > 0", "true", "price__boolean", "boolean")],
    ids=["a wider number", "a number with decimals", "a number that became text", "a day that became an instant",
         "a day that became text", "a number that became a flag"],
)  # fmt: skip
def test_a_changed_type_is_loaded_where_it_fits(goods: Pair, change: str, value: str, column: str, kind: str) -> None:
    name = change.split()[0]
    goods.do(f"alter table goods alter column {change}", f"insert into goods (id, {name}) values (3, {value})")
    goods.drain()
    theirs = goods.production(f"select id, {name}::text from goods order by id")
    assert goods.raw(f"select id, {column}::text from raw_production.goods order by id") == theirs
    assert goods.raw(
        "select format_type(atttypid, null) from pg_attribute where attrelid = 'raw_production.goods'::regclass "
        f"and attname = '{column}'"
    ) == [(kind,)]  # fmt: skip
    assert goods.kinds() == [("goods", "changed_type")]


def test_where_a_view_stands_on_a_column_a_second_one_takes_what_it_cannot_hold(goods: Pair) -> None:
    with goods.warehouse.cursor() as cursor:
        cursor.execute("create view staging.of_goods as select price from raw_production.goods")
    goods.do("alter table goods alter column price type numeric using price", "insert into goods values (3, 'c', 2.5)")
    goods.drain()
    assert goods.raw("select id, price__numeric::text from raw_production.goods order by id") == [
        (1, "10"), (2, "20"), (3, "2.5")]  # fmt: skip


def test_a_renamed_table_goes_on_in_the_same_raw_table(goods: Pair) -> None:
    goods.do("alter table goods rename to wares", "insert into wares values (3, 'three', 30, null)")
    goods.drain()
    assert_equal(goods, "wares", "id, name, price", raw="goods")
    assert goods.kinds() == [("goods", "renamed_table")]


def test_a_table_made_anew_under_its_name_goes_on_and_its_lost_rows_are_marked(goods: Pair) -> None:
    goods.do("drop table goods", "create table goods (id integer primary key, name text)",
             "insert into goods values (2, 'second life')")  # fmt: skip
    goods.publish("goods")
    goods.drain()
    assert_equal(goods, "goods", "id, name")
    assert goods.raw("select id, price from raw_production.goods where _sdc_deleted_at is not null") == [(1, 10)]
    assert ("goods", "table_made_anew") in goods.kinds()


def test_a_table_that_the_publication_lost_is_told_and_caught_up_when_it_comes_back(goods: Pair) -> None:
    goods.do("alter publication plumbline drop table goods", "delete from goods where id = 1")
    goods.drain()
    assert set(goods.kinds()) == {("goods", "lost_table"), ("public.goods", "unpublished_table")}
    assert goods.raw("select count(*) from raw_production.goods where _sdc_deleted_at is null") == [(2,)]
    goods.do("alter publication plumbline add table goods")
    goods.drain()
    assert_equal(goods, "goods", "id, name, price")
    assert goods.raw("select id from raw_production.goods where _sdc_deleted_at is not null") == [(1,)]


def test_a_table_beside_the_publication_is_told_and_not_loaded(goods: Pair) -> None:
    goods.do("create table secrets (id integer primary key)")
    goods.drain()
    assert goods.kinds() == [("public.secrets", "unpublished_table")]
    assert goods.raw("select to_regclass('raw_production.secrets')") == [(None,)]
    goods.do("drop table secrets")


def test_a_new_table_without_a_key_is_told_and_holds_up_no_other(goods: Pair) -> None:
    goods.do("create table keyless (note text)", "insert into keyless values ('x')")
    goods.publish("keyless")
    goods.do("insert into keyless values ('y')", "insert into goods values (3, 'three')")
    goods.drain()
    assert [(drift.stream, drift.kind) for drift in goods.drifts] == [("keyless", "new_table")]
    assert "without a key" in goods.drifts[0].found
    assert_equal(goods, "goods", "id, name, price")
    goods.do("drop table keyless")


def test_a_captured_table_that_loses_its_key_is_refused_by_name(goods: Pair) -> None:
    goods.do("alter table goods drop constraint goods_pkey")
    with pytest.raises(SourceDown, match=r"public\.goods\. Found REPLICA IDENTITY DEFAULT .* USING INDEX"):
        goods.drain()
    goods.do("alter table goods add primary key (id)", "insert into goods values (3, 'three')")
    goods.drain()
    assert_equal(goods, "goods", "id, name, price")


def test_columns_and_rows_that_the_publication_leaves_out_stay_in_production(goods: Pair) -> None:
    if goods.owner.server_version < 150000:
        pytest.skip("lists of columns and filters of rows came with PostgreSQL 15")
    goods.do("create table people (id integer primary key, email text, country text)",
             "insert into people values (1, 'a@example.test', 'NZ'), (2, 'b@example.test', 'xx')",
             "alter publication plumbline set (publish = 'insert, update, delete, truncate')",
             "alter publication plumbline add table people (id, country)",
             "grant select (id, country) on people to plumbline_reader")  # fmt: skip
    goods.drain()
    goods.do("insert into people values (3, 'c@example.test', 'FR')")
    goods.drain()
    assert goods.raw("select id, country from raw_production.people order by id") == [(1, "NZ"), (2, "xx"), (3, "FR")]
    assert "email" not in dict(goods.raw(
        "select attname::text, 1 from pg_attribute where attrelid = 'raw_production.people'::regclass"))  # fmt: skip
    goods.do("drop table people")


def test_who_connects_production_is_told_what_is_published_and_what_cannot_be_followed(goods: Pair) -> None:
    source = all_sources()["production"]
    with httpx.Client() as http:
        followed = who(source, source.sandbox(goods.settings) if source.sandbox else {}, http)
        assert "in the publication plumbline" in followed and "keyless" not in followed
        goods.do("create table keyless (a integer)")
        goods.publish("keyless")
        told = who(source, source.sandbox(goods.settings) if source.sandbox else {}, http)
        goods.do("drop table keyless")
    assert told.endswith("so that they cannot be followed: public.keyless")


def test_the_statement_that_is_told_quotes_the_name_of_a_table() -> None:
    drift = unpublished_drift("public", 'Odd "Table', "plumbline")
    assert 'alter publication plumbline add table public."Odd ""Table"; and' in drift.do
