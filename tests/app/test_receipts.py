"""Receipts over small marts: made once, found again, and whether they hold after each thing that can happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest

from app.access import OPERATOR, Viewer
from app.errors import NotPermitted, UsageError
from app.metrics import Metric, Question
from app.receipts import words
from app.receipts.desk import Verdict
from app.secrets import ADMIN, PORTAL
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.rights import BUILDER, READERS, WORKER

from .conftest import AS_OF, run_as

FINANCE = Viewer("femi@example.com", ("finance",))
EXECUTIVE = Viewer("eva@example.com", ("executive",))
SALES = Viewer("sofia@example.com", ("sales",))
BUILT = datetime(2026, 11, 22, 10, tzinfo=UTC)
CLOSED = Question("net_mrr", since=date(2026, 9, 1), until=date(2026, 10, 1))
CELL = "where month = '2026-10-01' and product = 'Base' and country = 'DE'"
UNDO = f"update mart_finance.mrr_monthly set closing_mrr_usd = 90.20 {CELL}"


def build(settings: Settings, at: datetime, as_of: datetime = AS_OF) -> None:
    """A whole build that held."""
    run_as(settings, ADMIN, f"insert into portal.build_run values ('{uuid4()}', '{at}', '{at}', '{as_of}', 'ok', 9)")


def load(settings: Settings, source: str, at: datetime, rows: int) -> None:
    run_as(settings, ADMIN, "insert into portal.load_run (run_id, source, stream, started_at, ended_at, row_count, "
           f"result, as_of) values ('{uuid4()}', '{source}', '', '{at}', '{at}', {rows}, 'ok', '{AS_OF}')")  # fmt: skip


@pytest.fixture
def built(warehouse: Warehouse, with_marts: Settings) -> Iterator[Warehouse]:
    """The warehouse with one build, before it a load of Stripe and one of Salesforce, and the promises of MRR."""
    run_as(with_marts, ADMIN, "truncate portal.receipt, portal.live_build, portal.file_version, portal.newest_change, "
           "raw_stripe_webhook.event cascade")  # fmt: skip
    for source, rows in (("stripe", 120), ("salesforce", 7)):
        load(with_marts, source, BUILT - timedelta(minutes=5), rows)
    build(with_marts, BUILT)
    for dataset, name in (("raw_stripe.invoices", "One row per invoice"), ("mart_finance.mrr_monthly", "Adds up")):
        run_as(
            with_marts, ADMIN,
            f"insert into portal.metric_promise values ('net_mrr', '{dataset}', '{name}')",
            f"insert into portal.check_result values ('{UUID(int=1)}', '{BUILT}', '{dataset}', '{name}', '', 'kept', "
            f"'', '', '{AS_OF}')",
        )  # fmt: skip
    yield warehouse
    run_as(with_marts, BUILDER, UNDO)


def shown(warehouse: Warehouse, question: Question = CLOSED, viewer: Viewer = FINANCE) -> str:
    """Shows a figure; its receipt's id."""
    found = warehouse.answer(viewer, question, as_of=AS_OF).receipt
    assert found is not None
    return found


def checked(warehouse: Warehouse, receipt: str) -> Verdict:
    return warehouse.receipts.check(OPERATOR, receipt)


def test_the_same_figure_has_the_same_receipt_whoever_is_shown_it(built: Warehouse, with_marts: Settings) -> None:
    first = shown(built)
    again = Warehouse(with_marts, built._metrics)
    assert {shown(built), shown(again), shown(again, viewer=EXECUTIVE)} == {first}
    again.close()
    assert run_as(with_marts, ADMIN, "select receipt_id from portal.receipt") == [(first,)]


@pytest.mark.parametrize(
    "question",
    [replace(CLOSED, by=("product",)), replace(CLOSED, where=(("country", "DE"),)), replace(CLOSED, since=None),
     replace(CLOSED, metric="arr")],
    ids=["cut", "filtered", "over other months", "of another figure"],
)  # fmt: skip
def test_another_figure_has_another_receipt(built: Warehouse, question: Question) -> None:
    assert shown(built, question) != shown(built)


def test_a_receipt_says_what_the_figure_rests_on(built: Warehouse) -> None:
    """By hand: 110.20 + 150.30 + 40.05 in September, 90.20 + 160.30 + 45.05 + 5.00 in October."""
    receipt = built.receipts.show(FINANCE, shown(built)).stored.receipt
    assert (receipt.metric, receipt.version, receipt.as_of) == ("net_mrr", 1, AS_OF)
    assert receipt.question == {"metric": "net_mrr", "since": "2026-09-01", "until": "2026-10-01"}
    assert receipt.answer == {"names": ["month", "value"], "rows": [["2026-09-01", "300.55"], ["2026-10-01", "300.55"]]}
    assert list(receipt.sources) == ["stripe"], "Salesforce cannot change this figure"
    assert receipt.sources["stripe"]["row_count"] == 120
    kept = ["Adds up (mart_finance.mrr_monthly)", "One row per invoice (raw_stripe.invoices)"]
    assert receipt.promises == {"kept": kept, "broken": [], "warned": []}
    assert receipt.checked_at == BUILT
    assert "mart_finance.mrr_monthly" in receipt.sql


def test_before_the_first_build_and_for_programs_there_is_none(built: Warehouse, with_marts: Settings) -> None:
    assert built.answer(FINANCE, CLOSED, as_of=AS_OF, with_receipt=False).receipt is None
    run_as(with_marts, ADMIN, "truncate portal.build_run")
    assert built.answer(FINANCE, CLOSED, as_of=AS_OF).receipt is None
    assert run_as(with_marts, ADMIN, "select count(*) from portal.receipt") == [(0,)]


def test_what_has_not_changed_is_identical(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built, replace(CLOSED, by=("product", "country")))
    verdict = checked(built, receipt)
    assert (verdict.state, verdict.changes, verdict.causes, verdict.holds) == ("identical", (), (), True)
    load(with_marts, "stripe", BUILT + timedelta(minutes=5), 3)
    build(with_marts, BUILT + timedelta(minutes=6))
    later = checked(built, receipt)
    assert later.state == "identical"
    assert [cause.kind for cause in later.causes] == ["load"], "what could have changed it is said all the same"


def test_a_load_restates_it_and_is_named(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built, replace(CLOSED, by=("product",)))
    run_as(with_marts, BUILDER, f"update mart_finance.mrr_monthly set closing_mrr_usd = 91.20 {CELL}")
    for minutes, source, rows in ((1, "stripe", 12), (2, "stripe", 30), (3, "salesforce", 5)):
        load(with_marts, source, BUILT + timedelta(minutes=minutes), rows)
    build(with_marts, BUILT + timedelta(minutes=4))
    verdict = checked(built, receipt)
    assert (verdict.state, verdict.holds) == ("restated", True)
    assert [(change.row, change.then, change.now) for change in verdict.changes] == [
        ({"month": "2026-10-01", "product": "Base"}, "250.50", "251.50")
    ]
    assert [cause.text for cause in verdict.causes] == [
        "stripe was loaded 2 times since, last 22 Nov 2026, 05:02: 42 rows."
    ]
    assert shown(built, replace(CLOSED, by=("product",))) != receipt


def test_rows_that_came_at_once_are_named(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built)
    run_as(with_marts, BUILDER, f"update mart_finance.mrr_monthly set closing_mrr_usd = 0 {CELL}")
    at = BUILT + timedelta(minutes=1)
    run_as(
        with_marts, ADMIN,
        f"insert into portal.live_build values ('{uuid4()}', '{{stripe_webhook}}', '{at}', '{at}', '{at}', '{AS_OF}', "
        "'ok', 3, null)",
        f"insert into raw_stripe_webhook.event values ('evt_1', 'x', '{at}', '{at}', '{{}}')",
    )  # fmt: skip
    verdict = checked(built, receipt)
    assert (verdict.state, [cause.kind for cause in verdict.causes]) == ("restated", ["webhook", "part"])
    assert verdict.changes[0].now == "210.35"


def test_a_new_file_of_identities_is_named(built: Warehouse, with_marts: Settings) -> None:
    """And not the one before, which is loaded again with each load of the files."""
    receipt = shown(built)
    run_as(with_marts, BUILDER, f"update mart_finance.mrr_monthly set closing_mrr_usd = 1 {CELL}")
    at = BUILT + timedelta(minutes=1)
    run_as(
        with_marts, ADMIN,
        "insert into portal.file_version (name, version, format, sha256, byte_count, row_count, content, came_from, "
        "kept_by, placed_by, loaded_at, in_force_since) values "
        f"('identities', 2, 'csv', repeat('b', 64), 1, 1, 'x', 'upload', 'a@b.c', 'a@b.c', '{at}', '2026-01-01'), "
        "('identities', 3, 'csv', repeat('a', 64), 1, 1, 'x', 'upload', 'femi@example.com', 'femi@example.com', "
        f"'{at}', '{at}')",
    )  # fmt: skip
    build(with_marts, at)
    causes = checked(built, receipt).causes
    assert [cause.kind for cause in causes] == ["identity"]
    assert "version 3 of the file of identities, put in place by femi@example.com" in causes[0].text


def test_a_month_that_was_running_has_gone_on(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built, Question("net_mrr", since=date(2026, 11, 1), include_partial=True))
    november = "update mart_finance.mrr_monthly set closing_mrr_usd = {} where month = '2026-11-01'"
    run_as(with_marts, BUILDER, november.format("99"))
    build(with_marts, BUILT + timedelta(days=1), AS_OF + timedelta(days=1))
    verdict = checked(built, receipt)
    run_as(with_marts, BUILDER, november.format("90.20"))
    assert (verdict.state, [cause.kind for cause in verdict.causes]) == ("restated", ["running_month"])
    assert verdict.causes[0].text.startswith("November 2026 was still running")


def redefined(warehouse: Warehouse, settings: Settings, **fields: Any) -> Warehouse:
    """The warehouse of a program that knows MRR by another definition."""
    metric: Metric = warehouse._metrics["net_mrr"].model_copy(update=fields)
    return Warehouse(settings, {**warehouse._metrics, "net_mrr": metric})


def test_a_new_version_of_the_definition_restates_it(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built)
    certified = built._metrics["net_mrr"].certified.model_copy(update={"version": 2})
    later = redefined(built, with_marts, certified=certified, column="opening_mrr_usd")
    verdict = later.receipts.check(OPERATOR, receipt)
    assert (verdict.state, [cause.kind for cause in verdict.causes]) == ("restated", ["definition"])
    assert "version 2, certified by the CFO on 22 Nov 2026; the receipt is by version 1" in verdict.causes[0].text
    assert [(change.then, change.now) for change in verdict.changes] == [("300.55", "300.10")]
    later.close()


def test_a_changed_statement_under_the_same_version_is_told(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built)
    later = redefined(built, with_marts, column="opening_mrr_usd", definition="Something else.")
    causes = later.receipts.check(OPERATOR, receipt).causes
    assert [cause.kind for cause in causes] == ["definition", "calculation"]
    later.close()


def test_a_figure_that_is_no_more_is_restated_and_says_so(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built)
    later = Warehouse(with_marts, {"arr": built._metrics["arr"]})
    verdict = later.receipts.check(OPERATOR, receipt)
    assert (verdict.state, verdict.causes[0].kind) == ("restated", "unanswerable")
    assert words.judged(verdict, with_marts.timezone)[0].endswith("nobody can say whether it would be the same.")
    assert "net_mrr" in verdict.causes[0].text
    later.close()


def test_one_cent_changed_in_the_mart_is_altered(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built)
    run_as(with_marts, BUILDER, f"update mart_finance.mrr_monthly set closing_mrr_usd = 90.21 {CELL}")
    verdict = checked(built, receipt)
    assert (verdict.state, verdict.altered, verdict.holds) == ("altered", ("warehouse",), False)
    assert [(change.then, change.now) for change in verdict.changes] == [("300.55", "300.56")]
    assert shown(built) == receipt, "who is shown the altered figure holds the receipt that tells"


def test_a_new_definition_hides_no_altered_mart(built: Warehouse, with_marts: Settings) -> None:
    """The receipt's own statement is run as well, which no definition has changed."""
    receipt = shown(built)
    run_as(with_marts, BUILDER, f"update mart_finance.mrr_monthly set closing_mrr_usd = 90.21 {CELL}")
    later = redefined(built, with_marts, column="opening_mrr_usd")
    verdict = later.receipts.check(OPERATOR, receipt)
    assert (verdict.state, verdict.altered) == ("altered", ("warehouse",))
    assert [(change.then, change.now) for change in verdict.changes] == [("300.55", "300.56")]
    later.close()


def test_a_figure_built_anew_from_nothing_new_does_not_hold(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built)
    run_as(with_marts, BUILDER, f"update mart_finance.mrr_monthly set closing_mrr_usd = 90.21 {CELL}")
    build(with_marts, BUILT + timedelta(minutes=5))
    verdict = checked(built, receipt)
    assert (verdict.state, verdict.causes, verdict.holds) == ("restated", (), False)


FLIPS = {
    "metric": "'net_mrs'",
    "version": "version + 1",
    "definition": "overlay(definition placing 'z' from 1)",
    "marts": "'{mart_finance.mrr_monthlz}'",
    "question": "jsonb_set(question, '{until}', '\"2026-11-01\"')",
    "as_of": "as_of + interval '1 microsecond'",
    "sql": "replace(sql, 'sum', 'min')",
    "models": "overlay(models placing 'z' from 1)",
    "build": "jsonb_set(build, '{as_of}', '\"2026-11-23T11:00:00+00:00\"')",
    "sources": "jsonb_set(sources, '{stripe,row_count}', '121')",
    "checked_at": "null",
    "promises": "jsonb_set(promises, '{kept,0}', '\"Adds un\"')",
    "answer": "jsonb_set(answer, '{rows,1,1}', '\"300.56\"')",
    "made_at": "made_at - interval '1 microsecond'",
    "marks": "jsonb_set(marks, '{answer}', '\"0000000000000000\"')",
    "seal": "overlay(seal placing 'z' from 64)",
    "key_id": "'2'",
}


@pytest.mark.parametrize("column", FLIPS)
def test_one_byte_of_any_column_changed_is_altered_and_named(
    built: Warehouse, with_marts: Settings, column: str
) -> None:
    receipt = shown(built)
    run_as(with_marts, ADMIN, f"update portal.receipt set {column} = {FLIPS[column]}")
    verdict = checked(built, receipt)
    assert (verdict.state, verdict.altered, verdict.holds) == ("altered", (column,), False)
    assert words.PARTS[column] in words.judged(verdict, with_marts.timezone)[0]
    assert built.receipts.show(OPERATOR, receipt).altered == (column,)


def test_a_receipt_under_another_id_is_altered(built: Warehouse, with_marts: Settings) -> None:
    shown(built)
    run_as(with_marts, ADMIN, "update portal.receipt set receipt_id = 'ZZZZZZZZZZZZ'")
    assert checked(built, "zzzz-zzzz-zzzz").altered == ("receipt_id",)


def test_every_sealed_column_was_tried(with_marts: Settings) -> None:
    columns = run_as(with_marts, ADMIN, "select column_name from information_schema.columns "
                     "where table_schema = 'portal' and table_name = 'receipt'")  # fmt: skip
    assert {name for (name,) in columns} == {*FLIPS, "receipt_id"}


def test_an_id_that_nobody_was_shown_is_refused(built: Warehouse, with_marts: Settings) -> None:
    with pytest.raises(UsageError, match=r"There is no receipt 0000-0000-0000\. Expected .* 400 days"):
        checked(built, "0000-0000-000O")
    with pytest.raises(UsageError, match="'7K3M' is not the id of a receipt"):
        checked(built, "7K3M")
    audit = run_as(with_marts, ADMIN, "select action, outcome, filters from portal.audit")
    assert audit == [("receipt", "unknown", {"receipt": "000000000000"})]


def test_who_may_not_see_the_figure_may_not_see_its_receipt(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built)
    for look in (built.receipts.show, built.receipts.check):
        with pytest.raises(NotPermitted, match=r"sofia@example\.com may not read mart_finance"):
            look(SALES, receipt)
    assert built.receipts.check(EXECUTIVE, receipt).state == "identical"
    audit = "select email, action, metric, outcome from portal.audit where action like '%receipt' order by audit_id"
    assert run_as(with_marts, ADMIN, audit) == [
        ("sofia@example.com", "receipt", "net_mrr", "refused"),
        ("sofia@example.com", "receipt", "net_mrr", "refused"),
        ("eva@example.com", "receipt", "net_mrr", "ok"),
        ("eva@example.com", "check receipt", "net_mrr", "ok"),
    ]
    run_as(with_marts, ADMIN, "update portal.receipt set marts = '{mart_sales.pipeline_monthly}'")
    with pytest.raises(NotPermitted, match="nobody can say who may see it"):
        built.receipts.show(SALES, receipt)


WRITES = ("update portal.receipt set version = 2", "delete from portal.receipt", "truncate portal.receipt")


@pytest.mark.parametrize(
    ("login", "statement"),
    [*((PORTAL, each) for each in WRITES), (WORKER, WRITES[0]), (WORKER, "insert into portal.receipt select * from "
     "portal.receipt"), *((reader, "select 1 from portal.receipt") for reader in READERS),
     (BUILDER, "select 1 from portal.receipt"), (BUILDER, WRITES[0])],
)  # fmt: skip
def test_nobody_changes_a_receipt_and_readers_see_none(with_marts: Settings, login: str, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run_as(with_marts, login, statement)


def test_rows_are_read_again_where_a_build_ended_meanwhile(built: Warehouse, with_marts: Settings) -> None:
    """The first read sees the build of before, and the build that ends then is the one on the receipt."""
    shown(built)
    ask, reads = built._reads._run, list[Any]()

    def slow(login: str, statement: Any) -> Any:
        found = ask(login, statement)
        if not reads:
            run_as(with_marts, BUILDER, f"update mart_finance.mrr_monthly set closing_mrr_usd = 91.20 {CELL}")
            build(with_marts, BUILT + timedelta(minutes=1))
        reads.append(found.values[-1][-1])
        return found

    built._reads._run = slow  # type: ignore[method-assign]
    receipt = built.receipts.show(OPERATOR, shown(built)).stored.receipt
    assert [str(value) for value in reads] == ["300.55", "301.55"]
    assert receipt.answer["rows"][-1] == ["2026-10-01", "301.55"]
    assert receipt.build["started_at"] == (BUILT + timedelta(minutes=1)).isoformat()


def test_no_figure_is_handed_out_without_its_receipt(built: Warehouse, with_marts: Settings) -> None:
    run_as(with_marts, ADMIN, "revoke insert on portal.receipt from plumbline_portal")
    try:
        with pytest.raises(NotPermitted, match="permission denied"):
            built.answer(FINANCE, CLOSED, as_of=AS_OF)
    finally:
        run_as(with_marts, ADMIN, "grant insert on portal.receipt to plumbline_portal")
    assert shown(built)


def test_a_receipt_that_is_known_costs_no_write(built: Warehouse, with_marts: Settings) -> None:
    receipt = shown(built)
    run_as(with_marts, ADMIN, "delete from portal.receipt")
    assert shown(built) == receipt
    assert run_as(with_marts, ADMIN, "select count(*) from portal.receipt") == [(0,)]


@pytest.mark.parametrize("value", ["50% : off", "a\\b", "it's:x"])
def test_a_statement_with_odd_values_is_run_again_word_for_word(
    built: Warehouse, with_marts: Settings, value: str
) -> None:
    quoted = value.replace("'", "''")
    row = f"'2026-10-01', '{quoted}', 'DE', 1, 2, 0, true"
    run_as(with_marts, BUILDER, f"insert into mart_finance.mrr_monthly values ({row})")
    receipt = shown(built, replace(CLOSED, where=(("product", value),)))
    later = redefined(built, with_marts, column="opening_mrr_usd")
    verdict = later.receipts.check(OPERATOR, receipt)
    run_as(with_marts, BUILDER, "delete from mart_finance.mrr_monthly where opening_mrr_usd = 1")
    assert [(change.then, change.now) for change in verdict.changes] == [("2", "1")]
    assert verdict.state == "restated"
    later.close()
