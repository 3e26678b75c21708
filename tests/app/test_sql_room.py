"""SQL of one's own against a real Postgres: what the login may not, no statement does; and what it may is right."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import psycopg2
import pytest

from app.access import Viewer
from app.errors import NotPermitted, PlumblineError, StatementError
from app.metrics import Metric, Question
from app.secrets import ADMIN, get_secret
from app.settings import Settings
from app.sql.history import forget
from app.sql.queries import Chart
from app.warehouse import Warehouse

from .conftest import AS_OF, run_as
from .sql_corpus import HOSTILE, Hostile, generated

ANALYST = Viewer("arjun@example.com", ("analyst",), "203.0.113.7")
OTHER = Viewer("ines@example.com", ("analyst", "engineer"))
FINANCE = Viewer("femi@example.com", ("finance",))
CANARY = "CANARY-7315"
PLANTED = f"""
create table mart_sales.secret as select '{CANARY}'::text as word, 7315::numeric as amount, date '2026-10-01' as month;
grant select on mart_sales.secret to plumbline_sales;
create table core.fct_thing as select i as id, i * 1.10 as amount_usd from generate_series(1, 30) as i;
create table mart_engineer.runs as select 'ok' as result;
grant usage on schema mart_engineer to plumbline_engineer;
grant select on mart_engineer.runs to plumbline_engineer;
"""
ENDLESS = "select count(*) from generate_series(1, 1000000) a cross join generate_series(1, 1000000) b"


@pytest.fixture(scope="module")
def room_home(with_marts: Settings) -> Settings:
    run_as(with_marts, "plumbline_builder", PLANTED)
    return with_marts


@pytest.fixture(scope="module")
def warehouse(room_home: Settings, metrics: dict[str, Metric]) -> Iterator[Warehouse]:
    made = Warehouse(room_home, metrics)
    yield made
    made.close()


def rows(warehouse: Warehouse, text: str, given: dict[str, tuple[str, str]] | None = None) -> list[tuple[object, ...]]:
    return list(warehouse.sql.run(ANALYST, "analyst", text, given or {}, AS_OF).found.rows)


@pytest.mark.parametrize("one", HOSTILE, ids=[each.statement[:60] for each in HOSTILE])
def test_what_does_more_than_read_is_refused_before_it_is_sent(warehouse: Warehouse, one: Hostile) -> None:
    with pytest.raises((StatementError, NotPermitted)) as told:
        rows(warehouse, one.statement)
    assert isinstance(told.value, StatementError) or "permission denied" in str(told.value)


@pytest.mark.parametrize("one", HOSTILE, ids=[each.statement[:60] for each in HOSTILE])
def test_and_straight_through_the_login_the_database_refuses_it(room_home: Settings, one: Hostile) -> None:
    if one.harmless:
        run_as(room_home, "plumbline_analyst", one.statement)  # it does nothing to anybody
        return
    with pytest.raises(psycopg2.Error) as told:
        run_as(room_home, "plumbline_analyst", one.statement)
    assert told.value.pgcode in one.codes, (told.value.pgcode, str(told.value))


def test_thousands_of_selects_never_show_a_row_that_was_not_granted(warehouse: Warehouse, room_home: Settings) -> None:
    """Most go straight through the login, where nothing but its rights stands in the way."""
    dice, seen, refused = random.Random(7315), 0, 0
    import psycopg

    from app.secrets import warehouse_url

    url = warehouse_url(room_home, "plumbline_analyst").set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        for number in range(3000):
            text = generated(dice)
            try:
                if number % 20:
                    found = connection.execute(text.encode()).fetchall()
                else:
                    found = list(warehouse.sql.run(ANALYST, "analyst", text, {}, AS_OF).found.rows)
            except (psycopg.Error, PlumblineError) as error:
                refused += 1
                assert CANARY not in str(error) and "7315" not in str(error), text
                continue
            seen += 1
            assert CANARY not in str(found) and "7315" not in str(found), text
    assert seen > 500 and refused > 500, (seen, refused)
    assert run_as(room_home, "plumbline_sales", "select word from mart_sales.secret") == [(CANARY,)]


def test_nothing_of_a_statement_stays_for_the_next(warehouse: Warehouse, room_home: Settings) -> None:
    before = run_as(room_home, ADMIN, "select count(*) from pg_stat_activity where application_name = 'plumbline sql'")
    first = rows(warehouse, "select pg_backend_pid()")
    assert rows(warehouse, "select pg_backend_pid()") != first
    assert before == [(0,)]


def test_a_statement_that_takes_too_long_is_stopped_however_it_is_cut(
    room_home: Settings, metrics: dict[str, Metric]
) -> None:
    brief = Warehouse(room_home.model_copy(update={"sql_seconds": 1}), metrics)
    began = time.monotonic()
    with pytest.raises(StatementError, match="longer than 1 seconds and was stopped"):
        rows(brief, ENDLESS)
    assert time.monotonic() - began < 10
    brief.close()
    newest = "select outcome, error like '%longer than%' from portal.sql_run order by started_at desc limit 1"
    assert run_as(room_home, ADMIN, newest) == [("failed", True)]


def test_one_person_runs_one_statement_and_stops_their_own_alone(warehouse: Warehouse, room_home: Settings) -> None:
    running = warehouse.sql.start(ANALYST, "analyst", ENDLESS, {}, AS_OF)
    busy = "select count(*) from pg_stat_activity where application_name = 'plumbline sql' and state = 'active'"
    while run_as(room_home, ADMIN, busy) != [(1,)]:
        time.sleep(0.02)
    with pytest.raises(StatementError, match="Another statement of yours still runs"):
        warehouse.sql.start(ANALYST, "analyst", "select 1", {}, AS_OF)
    assert warehouse.sql.cancel(OTHER) is False
    assert not running.future.done()
    assert warehouse.sql.run(OTHER, "analyst", "select 1 as one", {}, AS_OF).found.rows == ((1,),)
    assert warehouse.sql.cancel(ANALYST) is True
    with pytest.raises(StatementError, match="It was stopped"):
        running.future.result(10)
    assert run_as(room_home, ADMIN, busy) == [(0,)]
    assert warehouse.sql.history(ANALYST, most=1)[0].outcome == "stopped"
    assert rows(warehouse, "select 2") == [(2,)]


def test_of_many_rows_the_first_are_shown_and_it_says_so(room_home: Settings, metrics: dict[str, Metric]) -> None:
    few = Warehouse(room_home.model_copy(update={"sql_rows": 10}), metrics)
    found = few.sql.run(ANALYST, "analyst", "select id from core.fct_thing order by id", {}, AS_OF).found
    assert [row[0] for row in found.rows] == list(range(1, 11))
    assert found.more == "The first 10 rows; there are more."
    exactly = few.sql.run(ANALYST, "analyst", "select id from core.fct_thing where id <= 10", {}, AS_OF).found
    assert (len(exactly.rows), exactly.more) == (10, "")
    large = few.sql.run(ANALYST, "analyst", "select repeat('x', 20000000) from core.fct_thing", {}, AS_OF).found
    assert len(large.rows) <= 10
    few.close()


def test_numbers_are_exact_and_columns_are_told_apart(warehouse: Warehouse) -> None:
    found = warehouse.sql.run(ANALYST, "analyst", "select 0.1::numeric + 0.2 as a, 12345678901234567890.05 as a, date "
                              "'2026-10-01' as d, null as n, true as t", {}, AS_OF).found  # fmt: skip
    assert found.names == ("a", "a 2", "d", "n", "t")
    assert found.kinds == ("number", "number", "day", "text", "truth")
    assert found.rows[0][:2] == (Decimal("0.3"), Decimal("12345678901234567890.05"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "x' union select word from mart_sales.secret --"), ("text", "'; drop table x; --"), ("text", "\\'"),
        ("text", "$1"), ("text", "株 'q' \"d\" {{b}} :c"), ("text", "%s %(a)s"), ("text", ""),
    ],
)  # fmt: skip
def test_a_parameter_is_a_value_whatever_stands_in_it(warehouse: Warehouse, kind: str, value: str) -> None:
    assert rows(warehouse, "select {{a}}, :a, '{{a}} :a', $$:a$$ -- :none\n", {"a": (kind, value)}) == [
        (value, value, "{{a}} :a", ":a")
    ]


def test_parameters_have_types(warehouse: Warehouse) -> None:
    found = rows(warehouse, "select 7 / {{n:number}}, {{n}} + 0.5, {{d:date}} - 1, pg_typeof(:t)::text limit {{n}}",
                 {"n": ("text", "2"), "d": ("text", "2026-10"), "t": ("number", "1.5")})  # fmt: skip
    assert [str(each) for each in found[0]] == ["3", "2.5", "2026-09-30", "numeric"]
    for kind, value in (("number", "1; select 2"), ("number", "nan"), ("date", "yesterday"), ("text", "a\x00b")):
        with pytest.raises(StatementError, match=r"x is to be|holds what no text may"):
            rows(warehouse, "select :x", {"x": (kind, value)})
    with pytest.raises(StatementError, match=r"b has no value\. Give each of these one: b"):
        rows(warehouse, "select :a, :b", {"a": ("text", "1")})


@pytest.mark.parametrize(
    ("call", "question"),
    [
        ("metric('net_mrr')", Question("net_mrr")),
        ("metric('net_mrr', by => 'product')", Question("net_mrr", by=("product",))),
        ("metric('net_mrr', by => 'product, country', partial => true)",
         Question("net_mrr", by=("product", "country"), include_partial=True)),
        ("metric('net_mrr', by => array['country'], since => '2026-10', product => :p)",
         Question("net_mrr", by=("country",), since=date(2026, 10, 1), where=(("product", "Base"),))),
    ],
)  # fmt: skip
def test_a_metric_in_a_statement_is_the_certified_answer(warehouse: Warehouse, call: str, question: Question) -> None:
    answer = warehouse.answer(ANALYST, question, as_of=AS_OF)
    columns = ", ".join(("month", *question.by, "value"))
    found = rows(warehouse, f"select {columns} from {call} order by month, value", {"p": ("text", "Base")})
    assert sorted(map(str, found)) == sorted(str(row[: len(question.by) + 2]) for row in answer.rows) != []
    assert rows(warehouse, f"select sum(m.value) from {call} as m", {"p": ("text", "Base")}) == [
        (sum(row[len(question.by) + 1] for row in answer.rows),)
    ]


def test_a_metric_that_the_role_may_not_read_is_refused_by_the_database(warehouse: Warehouse) -> None:
    with pytest.raises(NotPermitted, match="permission denied"):
        rows(warehouse, "select * from metric('cash_runway')")


def test_what_is_wrong_is_told_by_line_and_column_of_what_was_written(warehouse: Warehouse) -> None:
    with pytest.raises(StatementError, match=r'^Line 3, column 11: column "amont" does not exist'):
        rows(warehouse, "select *\nfrom metric('net_mrr') m,\n  (select amont from core.fct_thing) t")
    with pytest.raises(StatementError, match=r'^Line 1, column 15: relation "core.fct_thin" does not exist'):
        rows(warehouse, "select * from core.fct_thin where id = {{a}}", {"a": ("number", "1")})
    with pytest.raises(StatementError, match=r"^Line 2, column 7: No metric is called 'net_mr'\. Did you mean"):
        rows(warehouse, "select 1\n from metric('net_mr')")


def test_errors_hold_no_secret(warehouse: Warehouse, room_home: Settings) -> None:
    for text in ("select 1/0", "select current_setting('data_directory')", "select * from pg_authid", "selec 1"):
        with pytest.raises(PlumblineError) as told:
            rows(warehouse, text)
        assert get_secret(room_home, "role_analyst") not in str(told.value) and told.value.__cause__ is None


def test_a_plan_is_read_and_nothing_is_run(warehouse: Warehouse) -> None:
    lines = warehouse.sql.plan(ANALYST, "analyst", f"{ENDLESS} where a > {{{{n:number}}}}", {"n": ("", "5")}, AS_OF)
    assert lines[0].step == "Aggregate" and lines[0].depth == 0 and lines[0].cost > 1e9
    assert any("Function Scan on generate_series" in line.step and line.depth > 0 for line in lines)
    with pytest.raises(StatementError, match="EXPLAIN is a button here"):
        rows(warehouse, "explain analyze select 1")
    with pytest.raises(NotPermitted):
        warehouse.sql.plan(ANALYST, "analyst", "select * from mart_sales.secret", {}, AS_OF)


def test_a_role_that_is_not_theirs_or_writes_no_sql_runs_nothing(warehouse: Warehouse) -> None:
    nobody = Viewer("x", ())
    for viewer, role in ((FINANCE, "finance"), (ANALYST, "engineer"), (FINANCE, "analyst"), (nobody, "analyst")):
        with pytest.raises(NotPermitted, match="may not run SQL as"):
            warehouse.sql.run(viewer, role, "select 1", {}, AS_OF)
        with pytest.raises(NotPermitted):
            warehouse.sql.tables(viewer, role)
    assert warehouse.sql.run(OTHER, "engineer", "select result from mart_engineer.runs", {}, AS_OF).found.rows == (
        ("ok",),
    )
    with pytest.raises(NotPermitted):
        warehouse.sql.run(OTHER, "analyst", "select result from mart_engineer.runs", {}, AS_OF)


def test_the_list_of_tables_is_what_the_login_may_read_with_what_is_said_of_it(warehouse: Warehouse) -> None:
    known = {table.whole: table for table in warehouse.sql.tables(ANALYST, "analyst")}
    assert {"mart_finance.mrr_monthly", "core.fct_thing"} <= set(known)
    assert not [name for name in known if name.startswith(("mart_sales", "portal", "raw_", "mart_engineer"))]
    mrr = known["mart_finance.mrr_monthly"]
    assert mrr.says.startswith("MRR from opening to closing")
    assert ("opening_mrr_usd", "numeric", "MRR at the close of the month before.") in mrr.columns
    assert len(warehouse.sql.sample(ANALYST, "analyst", mrr).rows) == 5
    with pytest.raises(NotPermitted):
        warehouse.sql.sample(OTHER, "engineer", mrr)


def test_every_run_is_in_the_audit_and_in_ones_own_history_alone(warehouse: Warehouse, room_home: Settings) -> None:
    run_as(room_home, ADMIN, "truncate portal.audit, portal.sql_run")
    rows(warehouse, "select {{a}} as needle", {"a": ("text", "1")})
    for text in ("drop table x", "select * from mart_sales.secret"):
        with pytest.raises(PlumblineError):
            rows(warehouse, text)
    warehouse.sql.run(OTHER, "analyst", "select 'needle of another'", {}, AS_OF)
    found = run_as(room_home, ADMIN, "select email, role, action, filters->>'text', row_count, outcome, address, "
                   "duration_ms > 0 from portal.audit order by audit_id")  # fmt: skip
    who = ("arjun@example.com", "analyst", "sql")
    assert found == [
        (*who, "select {{a}} as needle", 1, "ok", "203.0.113.7", True),
        (*who, "drop table x", None, "failed", "203.0.113.7", True),
        (*who, "select * from mart_sales.secret", None, "refused", "203.0.113.7", True),
        ("ines@example.com", "analyst", "sql", "select 'needle of another'", 1, "ok", "", True),
    ]
    assert [run.outcome for run in warehouse.sql.history(ANALYST)] == ["refused", "failed", "ok"]
    assert [run.text for run in warehouse.sql.history(ANALYST, "NEEDLE")] == ["select {{a}} as needle"]
    assert warehouse.sql.history(ANALYST, "NEEDLE")[0].parameters == {"a": ("text", "1")}
    assert warehouse.sql.history(FINANCE) == ()


def test_old_history_goes(warehouse: Warehouse, room_home: Settings) -> None:
    from sqlalchemy import create_engine

    from app.clock import wall
    from app.secrets import warehouse_url

    rows(warehouse, "select 'kept'")
    engine = create_engine(warehouse_url(room_home, "plumbline_worker"))
    with engine.begin() as connection:
        assert forget(connection, 90, wall() + timedelta(days=89)) == 0
        assert forget(connection, 90, wall() + timedelta(days=91)) > 0
    engine.dispose()
    assert warehouse.sql.history(ANALYST) == ()


def test_a_query_is_its_owners_and_shared_by_role(warehouse: Warehouse) -> None:
    queries = warehouse.sql.queries
    drawn = Chart("bar", "a", "b")
    kept = queries.keep(ANALYST, "  MRR  by product ", "select 1", "analyst", {"a": ("text", "x")}, drawn)
    assert (kept.title, kept.version, kept.chart) == ("MRR by product", 1, Chart("bar", "a", "b"))
    assert queries.open(ANALYST, str(kept.query_id)) == kept
    for stranger in (OTHER, FINANCE):
        with pytest.raises(NotPermitted, match="not there, or not shared with you"):
            queries.open(stranger, str(kept.query_id))
        with pytest.raises(NotPermitted, match="is not yours"):
            queries.share(stranger, kept, ["finance"])
        with pytest.raises(NotPermitted, match="is not yours"):
            queries.remove(stranger, kept)
    queries.share(ANALYST, kept, ["engineer"])
    assert [query.title for query in queries.seen_by(OTHER)] == ["MRR by product"]
    assert queries.seen_by(FINANCE) == ()
    with pytest.raises(NotPermitted, match="under a title of its own"):
        queries.keep(OTHER, "Mine now", "select 2", "analyst", {}, None, over=kept)
    newer = queries.keep(ANALYST, "MRR", "select 2", "analyst", {}, None, over=kept)
    assert (newer.version, newer.shared_with) == (2, ("engineer",))
    with pytest.raises(StatementError, match="changed or removed in the meantime"):
        queries.keep(ANALYST, "MRR", "select 3", "analyst", {}, None, over=kept)
    queries.remove(ANALYST, newer)
    for wrong in (str(kept.query_id), "x", "' or true --"):
        with pytest.raises(NotPermitted):
            queries.open(ANALYST, wrong)


@pytest.mark.parametrize("title", ["", " ", "x" * 200, "\u200b\u202e\u2800", "MRR\u202eRRM", "a\x00b"])
def test_a_query_has_a_title_that_can_be_seen(warehouse: Warehouse, title: str) -> None:
    with pytest.raises(StatementError, match="needs a title"):
        warehouse.sql.queries.keep(ANALYST, title, "select 1", "analyst", {}, None)


def test_two_at_once_do_not_meet(warehouse: Warehouse) -> None:
    found: dict[str, object] = {}

    def ask(viewer: Viewer, word: str) -> None:
        text = "select {{a}} from generate_series(1, 3)"
        found[word] = warehouse.sql.run(viewer, "analyst", text, {"a": ("text", word)}, AS_OF).found.rows

    both = [threading.Thread(target=ask, args=pair) for pair in ((ANALYST, "one"), (OTHER, "two"))]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert found == {"one": (("one",),) * 3, "two": (("two",),) * 3}
