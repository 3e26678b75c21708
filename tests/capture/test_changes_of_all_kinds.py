"""Every kind of change and every type arrives as it is in production; what is deleted there stays here, marked."""

from __future__ import annotations

import pytest

from tests.capture.conftest import Pair, assert_equal

pytestmark = pytest.mark.slow

TYPES = {
    "flag": "boolean", "small": "smallint", "whole": "integer", "large": "bigint", "amount": "numeric(20,4)",
    "any_amount": "numeric", "single": "real", "half": "double precision", "words": "text", "short": "varchar(20)",
    "padded": "char(5)", "day": "date", "moment": "timestamptz", "wall": "timestamp", "hour": "time",
    "span": "interval",
    "document": "jsonb", "paper": "json", "bytes": "bytea", "number": "uuid", "mood": "mood", "stars": "stars",
    "tags": "text[]", "counts": "integer[]", "moments": "timestamptz[]", "range": "int4range", "address": "inet",
}  # fmt: skip
VALUES = (
    "true, -32768, 2147483647, 9223372036854775807, 12345.6789, 'NaN', 1.1, 1e-300, "
    "E'tab\\t line\\n back\\\\slash \\r é 漢 🙂', '', 'ab', '2024-02-29', '2024-02-29 12:00:00.123456+05:30', "
    "'infinity', '23:59:59.999999', "
    "'1 mon -2 days 03:04:05', "
    """'{"a": [1, null, "x\\ty"]}', '{"a": 1, "a": 2}', E'\\\\x00ff0a5c', 'b5f8ab1e-6a5f-4a7e-8d3c-1c1c1c1c1c1c', """
    "'good', 5, array['a,b', null, E'q\"\\\\'], array[[1,2],[3,4]], "
    "array['infinity'::timestamptz, '2024-01-01 00:00+14'], "
    "'[1,5)', '10.0.0.1/8'"
)


def test_every_type_arrives_as_it_is_by_copy_and_by_the_log(pair: Pair) -> None:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in TYPES.items())
    pair.do(
        "create type mood as enum ('good', 'bad')", "create domain stars as integer check (value between 0 and 5)",
        f"create table kinds (id integer primary key, {columns})",
        f"insert into kinds values (1, {VALUES})", "insert into kinds (id) values (2)",
    )  # fmt: skip
    pair.publish("kinds")
    pair.drain()
    pair.do(f"insert into kinds values (3, {VALUES})",
            "insert into kinds (id, moment, amount) values (4, '-infinity', 0)")
    pair.drain()
    assert pair.raw("select count(*) from raw_production.kinds") == [(4,)]
    exact = ", ".join(f'"{name}"' for name in TYPES if name not in ("moment", "moments", "single", "padded"))
    assert_equal(pair, "kinds", f"id, {exact}")
    # Instants are kept in UTC without saying so, a real as the shortest number that means it, padding as it is.
    found = pair.raw(
        "select id, moment::text, moments::text, single::text, padded from raw_production.kinds order by id")
    whole = ("2024-02-29 06:30:00.123456", '{infinity,"2023-12-31 10:00:00"}', "1.1", "ab   ")
    assert found == [(1, *whole), (2, None, None, None, None), (3, *whole), (4, "-infinity", None, None, None)]
    told = dict(pair.raw(
        "select attname::text, format_type(atttypid, null) from pg_attribute "
        "where attrelid = 'raw_production.kinds'::regclass and attname in ('id', 'mood', 'stars', 'moment', 'tags')"
    ))  # fmt: skip
    assert told == {
        "id": "bigint", "mood": "text", "stars": "bigint", "moment": "timestamp without time zone", "tags": "text[]",
    }  # fmt: skip


@pytest.fixture
def goods(pair: Pair) -> Pair:
    """A table of three rows, one with a value too large to stand in its row, already loaded."""
    pair.do("drop table if exists goods", "create table goods (id integer primary key, name text, body text)",
            "alter table goods alter column body set storage external",
            "insert into goods values (1, 'one', repeat('long ', 2000)), (2, 'two', null), (3, null, '')")  # fmt: skip
    pair.publish("goods")
    pair.drain()
    pair.do("truncate goods",
            "insert into goods values (1, 'one', repeat('long ', 2000)), (2, 'two', null), (3, null, '')")
    pair.drain()
    assert_equal(pair, "goods", "id, name, body")
    return pair


LONG = "long " * 2000
CHANGES = {
    "an insert": (["insert into goods values (4, 'four', 'b')"], {4: ("four", "b", False)}),
    "an update": (["update goods set name = 'TWO' where id = 2"], {2: ("TWO", None, False)}),
    "an update to null": (["update goods set name = null where id = 2"], {2: (None, None, False)}),
    "a delete": (["delete from goods where id = 2"], {2: ("two", None, True)}),
    "a delete and an insert of the key": (
        ["delete from goods where id = 2", "insert into goods values (2, 'again', 'x')"], {2: ("again", "x", False)}),
    "a row that lived within one batch": (
        ["insert into goods values (5, 'mayfly', 'm')", "delete from goods where id = 5"], {5: ("mayfly", "m", True)}),
    "an update and a delete": (
        ["update goods set name = 'last words' where id = 2", "delete from goods where id = 2"],
        {2: ("last words", None, True)}),
    "a changed key": (["update goods set id = 20 where id = 2"], {2: ("two", None, True), 20: ("two", None, False)}),
    "keys that go round": (
        ["begin; update goods set id = 30 where id = 2; update goods set id = 2 where id = 3; "
         "update goods set id = 3 where id = 30; commit"],
        {2: (None, "", False), 3: ("two", None, False)}),
    "a large value that is left alone": (["update goods set name = 'uno' where id = 1"], {1: ("uno", LONG, False)}),
    "a large value left alone twice": (
        ["update goods set name = 'a' where id = 1", "update goods set name = 'b' where id = 1"],
        {1: ("b", LONG, False)}),
    "a large value under a changed key": (
        ["update goods set id = 10 where id = 1", "update goods set name = 'ten' where id = 10"],
        {1: ("one", LONG, True), 10: ("ten", LONG, False)}),
    "a large value replaced, then left alone": (
        ["update goods set body = repeat('new ', 3000) where id = 1", "update goods set name = 'n' where id = 1"],
        {1: ("n", "new " * 3000, False)}),
    "a truncate": (["truncate goods"], {1: ("one", LONG, True), 2: ("two", None, True), 3: (None, "", True)}),
    "a truncate between inserts": (
        ["insert into goods values (6, 'before', 'b')", "truncate goods", "insert into goods values (7, 'after', 'a')"],
        {1: ("one", LONG, True), 6: ("before", "b", True), 7: ("after", "a", False)}),
    "a rolled back transaction": (["begin; delete from goods; rollback"], {2: ("two", None, False)}),
    "one that came back by a savepoint": (
        ["begin; insert into goods values (8, 'kept', ''); savepoint s; delete from goods; rollback to s; commit"],
        {8: ("kept", "", False), 1: ("one", LONG, False)}),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "expected"), CHANGES.values(), ids=CHANGES.keys())
def test_after_a_change_the_raw_table_says_what_production_says(
    goods: Pair, statements: list[str], expected: dict[int, tuple[str | None, str | None, bool]]
) -> None:
    goods.do(*statements)
    goods.drain()
    found = {key: values for key, *values in goods.raw(
        "select id, name, body, _sdc_deleted_at is not null from raw_production.goods")}  # fmt: skip
    assert {key: tuple(found[key]) for key in expected} == expected
    assert_equal(goods, "goods", "id, name, body")


def test_a_whole_row_as_identity_works_where_there_is_a_primary_key(goods: Pair) -> None:
    goods.do("alter table goods replica identity full", "update goods set name = 'x' where id = 1",
             "update goods set id = 33 where id = 3", "delete from goods where id = 2")  # fmt: skip
    goods.drain()
    assert_equal(goods, "goods", "id, name, body")
    assert goods.raw("select body = repeat('long ', 2000) from raw_production.goods where id = 1") == [(True,)]


def test_a_large_key_that_an_update_leaves_alone_still_tells_the_row(goods: Pair) -> None:
    """The log repeats a value that is kept apart from its row in the row as it was, not in the row as it is."""
    goods.do("create table named (id text primary key, body text, name text)",
             "alter table named alter column id set storage external, alter column body set storage plain")
    goods.publish("named")
    large = "select repeat(md5(g::text), 64), repeat('b', 1500), 'new' from generate_series(1, 2) g"
    goods.drain()
    goods.do(f"begin; insert into named {large}; update named set name = 'changed'; commit",
             "update named set name = 'changed again'")
    goods.drain()
    assert_equal(goods, "named", "id, body, name")
    assert goods.raw("select count(*), count(distinct name) from raw_production.named") == [(2, 1)]


def test_a_transaction_larger_than_a_batch_is_applied_whole(goods: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.capture.changes.MOST_CHANGES", 100)
    goods.do(
        "begin; insert into goods select g, 'bulk', repeat('w', 3000) from generate_series(100, 1099) g; "
        "update goods set name = 'changed' where id between 500 and 899; delete from goods where id > 1000; commit"
    )
    goods.drain()
    assert_equal(goods, "goods", "id, name, body")
    assert goods.raw(
        "select count(*) from raw_production.goods where _sdc_deleted_at is not null and id > 1000") == [(99,)]


def test_the_newest_change_tells_productions_time_of_commit_and_wakes_who_waits(goods: Pair) -> None:
    with goods.warehouse.cursor() as cursor:
        cursor.execute("listen plumbline_raw")
    goods.do("insert into goods values (9, 'heard', null)")
    ((before,),) = goods.production("select now()")
    goods.drain()
    ((event_at, received_at, rows),) = goods.raw(
        "select event_at, received_at, row_count from portal.newest_change where stream = 'goods'")
    assert abs((event_at - before).total_seconds()) < 1
    assert received_at >= event_at
    assert rows >= 4
    goods.warehouse.poll()
    assert [note.payload for note in goods.warehouse.notifies][-1] == "production"
