"""How fresh and how sure a figure is, from what loads, builds and checks have noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.access import OPERATOR
from app.clock import wall
from app.metrics import Metric, Question
from app.secrets import ADMIN
from app.settings import Settings
from app.status import HEARTBEAT, BuildFailure, Record, in_short, source_of
from app.warehouse import Warehouse

from .conftest import AS_OF, run_as

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INVOICES, FILES, MART = "raw_stripe.invoices", "raw_files.contracts", "mart_finance.mrr_monthly"
ACCOUNTS = "raw_salesforce.accounts"


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def record(**changes: object) -> Record:
    """Everything fine: both sources that net_mrr waits for loaded within the hour, all its promises kept.

    It rests on Salesforce's accounts too, but only for who is who: not on their heartbeat.
    """
    pairs = frozenset(
        {
            (INVOICES, "No invoice twice"), (INVOICES, f"{HEARTBEAT} hour"), (FILES, "Contracts end after they start"),
            (FILES, f"{HEARTBEAT} 3 hours"), (MART, "One row each"), (ACCOUNTS, "No account twice"),
        }
    )  # fmt: skip
    fine = {
        "data_until": ago(50),
        "loads": {"stripe": ago(20), "files": ago(45), "salesforce": ago(500)},
        "checked_at": ago(15),
        "outcomes": dict.fromkeys(pairs, "kept"),
        "promises": {"net_mrr": pairs},
    }
    return Record(**{**fine, **changes})  # type: ignore[arg-type]


def test_a_figure_is_as_old_as_the_oldest_of_its_own_sources(metrics: Mapping[str, Metric]) -> None:
    status = record().status_of(metrics["net_mrr"], NOW)
    assert (status.data_until, status.loaded_at, status.checked_at) == (ago(50), ago(45), ago(15))
    assert status.broken == ()
    assert len(status.kept) == 6
    assert not status.is_stale


def test_a_source_that_only_says_who_is_who_is_not_waited_for_but_its_promises_count(
    metrics: Mapping[str, Metric]
) -> None:
    broken = record(outcomes={(ACCOUNTS, "No account twice"): "broken"}).status_of(metrics["net_mrr"], NOW)
    assert (broken.is_stale, broken.loaded_at) == (False, ago(45))
    assert broken.broken == ("No account twice (raw_salesforce.accounts)",)


@pytest.mark.parametrize(("minutes", "is_stale"), [(60, False), (61, True)], ids=["at the limit", "a minute over it"])
def test_stale_is_what_loaded_longer_ago_than_the_metric_allows(
    metrics: Mapping[str, Metric], minutes: int, is_stale: bool
) -> None:
    status = record(loads={"stripe": ago(1), "files": ago(minutes)}).status_of(metrics["net_mrr"], NOW)
    assert status.is_stale == is_stale


def test_a_source_that_never_loaded_makes_stale_and_has_no_time(metrics: Mapping[str, Metric]) -> None:
    status = record(loads={"stripe": ago(1), "files": None}).status_of(metrics["net_mrr"], NOW)
    assert (status.loaded_at, status.is_stale) == (None, True)


def test_a_source_that_is_not_configured_is_not_waited_for(metrics: Mapping[str, Metric]) -> None:
    assert record(loads={"stripe": ago(1)}).status_of(metrics["net_mrr"], NOW).loaded_at == ago(1)


def test_before_any_lineage_is_known_all_sources_count(metrics: Mapping[str, Metric]) -> None:
    status = record(promises={}).status_of(metrics["net_mrr"], NOW)
    assert (status.loaded_at, status.is_stale, status.checked_at) == (ago(500), True, None)


def test_before_the_first_load_a_figure_is_stale(metrics: Mapping[str, Metric]) -> None:
    status = Record().status_of(metrics["net_mrr"], NOW)
    assert (status.data_until, status.loaded_at, status.is_stale) == (None, None, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "nothing is known of this month (Files, salesforce, Stripe)"),
        ({"loads": {"stripe": None, "files": ago(1), "salesforce": ago(1)}}, "not known; not loaded yet: Stripe"),
        ({"loads": {"files": ago(1)}, "files": frozenset()},
         "not known; not loaded yet: salesforce, Stripe, contracts"),
        ({"loads": {}}, "not known; not loaded yet: Files, salesforce, Stripe"),
        ({"promises": {}}, "nothing is known of this month"),
    ],
    ids=["all is loaded", "a source never was", "a file never was", "nothing at all", "before any lineage is known"],
)
def test_where_there_is_no_row_what_is_missing_is_said(
    metrics: Mapping[str, Metric], changes: Mapping[str, object], said: str
) -> None:
    known = {"labels": {"stripe": "Stripe", "files": "Files"}, "files": frozenset({"contracts"})}
    assert record(**{**known, **changes}).nothing_known(metrics["net_mrr"]) == said


@pytest.mark.parametrize("outcome", ["broken", "kept", "warned", "not_run"])
def test_each_outcome_is_a_group_of_its_own(metrics: Mapping[str, Metric], outcome: str) -> None:
    """One that only warns is not kept, and one that was not run is nothing."""
    status = record(outcomes={(INVOICES, "No invoice twice"): outcome}).status_of(metrics["net_mrr"], NOW)
    groups = {"broken": status.broken, "kept": status.kept, "warned": status.warned}
    assert {name for name, promises in groups.items() if promises} == {outcome} - {"not_run"}
    assert groups.get(outcome, ()) == (() if outcome == "not_run" else ("No invoice twice (raw_stripe.invoices)",))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("The invariant 'a is b' does not hold: 1 row(s) break it, first customer_id cus_1, a 7.\nThe model x …",
         "The invariant 'a is b' does not hold."),
        ('The mart m.a could not be made from the new rollups: column "c" does not exist LINE 1: select c',
         "The mart m.a could not be made from the new rollups."),
        ("dbt ended without success and without saying why.", "dbt ended without success and without saying why."),
        (None, "It did not say why."),
    ],
    ids=["the rows that break an invariant", "SQL", "no more than a sentence", "nothing"],
)  # fmt: skip
def test_beside_a_figure_it_is_told_what_fell_short_and_nothing_that_not_everybody_may_read(
    error: str | None, told: str
) -> None:
    assert in_short(error) == told


def test_a_figure_says_that_the_newest_build_failed(metrics: Mapping[str, Metric]) -> None:
    failed = BuildFailure(ago(3), "The invariant 'closing is next opening' does not hold: Got 1 result.")
    assert record(build_failed=failed).status_of(metrics["net_mrr"], NOW).build_failed == failed
    assert record().status_of(metrics["net_mrr"], NOW).build_failed is None


def test_a_metric_made_of_others_carries_their_promises(metrics: Mapping[str, Metric]) -> None:
    broken = record(outcomes={(INVOICES, "No invoice twice"): "broken"})
    for name in ("arr", "net_retention"):
        assert broken.status_of(metrics[name], NOW).broken == ("No invoice twice (raw_stripe.invoices)",)
    assert broken.status_of(metrics["cash_runway"], NOW).broken == ()


def test_the_way_of_a_figure_begins_at_its_sources(metrics: Mapping[str, Metric]) -> None:
    assert record().comes_from(metrics["net_mrr"]) == ("files, salesforce, stripe", MART)


def test_a_source_is_named_by_its_raw_schema() -> None:
    assert [source_of(name) for name in (INVOICES, "raw_stripe_webhook.event", MART)] == [
        "stripe",
        "stripe_webhook",
        "",
    ]


def test_the_record_is_read_from_the_newest_runs(warehouse: Warehouse, with_marts: Settings) -> None:
    now = wall()
    old, new = (now - timedelta(minutes=minutes) for minutes in (30, 5))
    first, second = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    load = "insert into portal.load_run (run_id, source, stream, started_at, ended_at, result, as_of) values "
    check = "insert into portal.check_result (run_id, checked_at, dataset, check_name, outcome, as_of) values "
    build = "insert into portal.build_run (run_id, started_at, as_of, result) values "
    run_as(
        with_marts, ADMIN,
        load + f"('{first}', 'stripe', '', '{old}', '{old}', 'ok', '{AS_OF}')",
        load + f"('{second}', 'stripe', '', '{new}', '{new}', 'failed', '{AS_OF}')",
        load + f"('{second}', 'stripe', 'invoices', '{new}', '{new}', 'ok', '{AS_OF}')",
        check + f"('{first}', '{old}', '{MART}', 'One row each', 'kept', '{AS_OF}')",
        check + f"('{second}', '{new}', '{MART}', 'One row each', 'broken', '{AS_OF}')",
        build + f"('{first}', '{old}', '{AS_OF - timedelta(days=1)}', 'ok')",
        build + f"('{second}', '{new}', '{AS_OF}', 'failed')",
        f"update portal.build_run set error = E'It is so.\nAnd so.' where run_id = '{second}'",
        f"insert into portal.metric_promise values ('net_mrr', '{MART}', 'One row each')",
    )  # fmt: skip
    status = warehouse.status(OPERATOR, "net_mrr")
    assert (status.loaded_at, status.checked_at, status.data_until) == (old, new, AS_OF - timedelta(days=1))
    answer = warehouse.answer(OPERATOR, Question("net_mrr"), as_of=AS_OF)
    assert answer.promises_broken == ("One row each (mart_finance.mrr_monthly)",)
    assert answer.promises_kept == ()
    passport = warehouse.passport(OPERATOR, "net_mrr", as_of=AS_OF)
    failed = BuildFailure(new, "It is so.")
    assert (status.build_failed, answer.build_failed, passport.build_failed) == (failed, failed, failed)
    assert (passport.promises_broken, passport.comes_from) == (answer.promises_broken, (MART,))
    assert passport.sql == answer.sql
