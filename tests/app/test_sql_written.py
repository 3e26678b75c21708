"""What is read in a statement: texts, comments and names are none of its code; and what is told of it. No database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.errors import StatementError
from app.metrics import catalogue
from app.sql.doors import is_shut
from app.sql.lexing import tokens
from app.sql.parameters import parameters
from app.sql.plan import plan_lines
from app.sql.prepared import prepare
from app.sql.queries import Chart
from app.sql.run import Found
from app.ui import sql_words
from app.ui.panels.sql_chart import Undrawable, spec

AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)


def sent(text: str, **given: str) -> str:
    return prepare(text, {name: ("text", value) for name, value in given.items()}, catalogue(), AS_OF).sql


@pytest.mark.parametrize(
    "text",
    [
        "select 1 -- ; drop table x", "select 1 /* ; /* nested ; */ ; */", "select ';', $$;$$, $a$ ; $$ ; $a$, E'\\';'",
        'select 1 as ";"', "select 1;", "select 1 ; -- done\n", "(select 1)", "select 1 union (select 2)",
        "with a as (select 1) select * from a", "with a (b) as (values (1)) select b from a", "select 'pg_sleep(1)'",
        "select 'a'::text, x[1:2] from (select array[1,2] as x) t",
    ],
)  # fmt: skip
def test_one_select_is_admitted_as_it_was_written(text: str) -> None:
    written = sent(text)
    assert text.startswith(written) and not written.rstrip().endswith(";")
    assert "".join(token.text for token in tokens(text)) == text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "Line 1, column 1: There is nothing"), ("select 1;\nselect 2", "Line 1, column 9: A second statement"),
        ("select 'a", "Line 1, column 8: Nothing ends the text"),
        ("select /* a", "Line 1, column 8: Nothing ends the com"),
        ('select "a', "Line 1, column 8: Nothing ends the name"),
        ("select $q$ a", "Line 1, column 8: Nothing ends the text"),
        ("select\n  pg_sleep (1)", "Line 2, column 3: pg_sleep is not open"),
        ('select pg_catalog."pg_sleep"(1)', "Line 1, column 19: pg_sleep is not open"),
        ("select $1", "Line 1, column 8: A \\$ cannot stand here"),
        ("values (1)", "Line 1, column 1: “values” does not"),
        ("table x", "Line 1, column 1: “table” does not"),
        ("select a from b\nfor update", "Line 2, column 1: Rows cannot be"),
        ("with a as (update x set y = 1 returning *) select * from a", "Line 1, column 12: Data cannot be changed"),
        ("select {{a}}, {{a:money}}", "Line 1, column 15: No type is called 'money'"),
        ("select {{a:date}}, {{a:text}}", "Line 1, column 20: a is date before and text here"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_by_line_and_column(text: str, place: str) -> None:
    with pytest.raises(StatementError, match=f"^{place}"):
        sent(text, a="1")


def test_a_statement_that_is_too_deep_or_too_long_is_refused() -> None:
    for text in ("select " + "(" * 5000 + "1" + ")" * 5000, "select '" + "x" * 100_001 + "'"):
        with pytest.raises(StatementError):
            sent(text)


def test_parameters_are_found_where_they_stand_and_nowhere_else() -> None:
    text = "select :a, {{ b : number }}, c::text, ':d', \"{{e}}\", -- :f\n $$:g$$ /* {{h}} */ from t where x = :a"
    assert [(one.name, one.type) for one in parameters(text)] == [("a", ""), ("b", "number")]
    whole = prepare("select :a, :b, :a", {"a": ("text", "'"), "b": ("number", "0.5")}, catalogue(), AS_OF)
    assert whole.sql == "select cast($1 as text), cast($2 as numeric), cast($1 as text)"
    assert whole.values == ("'", Decimal("0.5"))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("metric()", "does not say which figure"), ("metric(net_mrr)", "cannot stand in metric"),
        ("metric('net_mrr', 'product')", "has no name in metric"), ("metric('net_mrr'", "do not close"),
        ("metric('net_mrr', by => 'produkt')", r"cannot be split by 'produkt'.*Did you mean 'product'"),
        ("metric('net_mrr', produkt => 'Core')", r"nothing called 'produkt'\. Did you mean 'product'"),
        ("metric('net_mrr', since => 'May')", "since is to be a date"),
        ("metric('net_mrr', grain => 'hour')", "No grain"),
        ("metric('nett_mrr')", "Did you mean 'net_mrr'"),
    ],
)  # fmt: skip
def test_a_call_of_a_metric_that_cannot_be_answered_says_the_nearest(call: str, said: str) -> None:
    with pytest.raises(StatementError, match=f"^Line 2, column .*{said}"):
        sent(f"select *\nfrom {call}")


def test_a_value_of_a_filter_cannot_leave_its_text() -> None:
    written = sent("select * from metric('net_mrr', product => :p)", p="x' or true --")
    assert "'x'' or true --'" in written


def test_the_table_of_a_metric_has_its_name_unless_it_is_given_one() -> None:
    assert sent("select * from metric('net_mrr') where value > 0").count(") as net_mrr where") == 1
    assert sent("select * from metric('net_mrr') m where value > 0").endswith(") m where value > 0")
    assert "as net_mrr" not in sent('select * from metric(\'net_mrr\') as "M"')


def test_functions_are_shut_by_their_names() -> None:
    assert all(map(is_shut, ("set_config", "pg_sleep_for", "lo_put", "pg_try_advisory_xact_lock", "dblink_exec")))
    assert not any(map(is_shut, ("count", "lower", "lo", "low", "date_trunc", "pg_typeof", "log")))


def test_a_file_holds_exact_numbers_and_runs_nothing() -> None:
    found = Found(("=a", "b", "c"), ("text", "number", "day"), (
        ("=1+1", Decimal("-12345678901234567890.050"), date(2026, 10, 31)), ("株", None, None),
        ("-x", Decimal("1E+3"), None),
    ))  # fmt: skip
    assert sql_words.as_csv(found).decode("utf-8-sig") == (
        "'=a,b,c\n'=1+1,-12345678901234567890.050,2026-10-31\n株,,\n'-x,1000,\n"
    )
    assert sql_words.fits([Decimal("0.1"), None, 123456789012345])
    assert not sql_words.fits([Decimal("1234567890123456.5")])


def test_a_chart_says_what_its_rows_say_and_refuses_what_they_do_not() -> None:
    found = Found(("m", "v", "who"), ("day", "number", "text"), (
        (date(2026, 9, 1), Decimal(1200), "a"), (date(2026, 8, 1), Decimal(1000), "a"), (date(2026, 10, 1), None, "b"),
    ))  # fmt: skip
    made, title, alt = spec(found, Chart("Line", "m", "v"))
    assert title == "v rose from 1,000 to 1,200" and alt == "v by m: 2 values, lowest 1,000, highest 1,200"
    assert [row["x"] for row in made["layer"][0]["data"]["values"]] == ["2026-08-01", "2026-09-01"]
    with pytest.raises(Undrawable, match="Several rows have the same who"):
        spec(found, Chart("Bar", "who", "v"))
    bars = Found(("who", "v"), ("text", "number"), (("a", 1), ("<b>", 3)))
    made, title, _ = spec(bars, Chart("Bar", "who", "v"))
    assert title == "<b> has the largest v, 3" and made["layer"][0]["encoding"]["y"]["scale"]["zero"] is True


def test_a_plan_is_a_list_in_which_each_step_stands_under_what_it_feeds() -> None:
    scan = {"Node Type": "Index Scan", "Index Name": "i", "Relation Name": "t", "Alias": "x", "Index Cond": "(a = 1)",
            "Total Cost": 8.3, "Plan Rows": 1}  # fmt: skip
    top = {"Node Type": "Hash Join", "Join Type": "Left", "Total Cost": 20.0, "Plan Rows": 7, "Plans": [scan]}
    assert [(line.depth, line.step, line.by, line.rows) for line in plan_lines([{"Plan": top}])] == [
        (0, "Hash Join (left)", "", 7), (1, "Index Scan using i on t x", "index cond: (a = 1)", 1),
    ]  # fmt: skip
    assert plan_lines([]) == () and plan_lines(None) == ()
