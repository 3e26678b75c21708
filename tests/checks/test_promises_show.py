"""A raw row that breaks a promise shows on every figure that rests on it, and on no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from ruamel.yaml import YAML
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.metrics import catalogue
from app.secrets import warehouse_url
from app.settings import Settings
from app.status import HEARTBEAT, Status, read_record
from pipelines.check import check
from pipelines.contracts import CHECKS
from pipelines.dbt import dbt_folder, run_dbt
from pipelines.job import Run, StepResult

AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)
STREAMS = ("customers", "products", "plans", "invoices", "invoice_line_items", "subscriptions")
ADD_UP = "The lines of each invoice add up to its subtotal (raw_stripe.invoice_line_items)"
ONE_INVOICE = """
insert into raw_stripe.customers (id, name, created) values ('cus_1', 'Zoë O''Neil', '2026-01-01');
insert into raw_stripe.subscriptions (id, customer, status, created, start_date)
    values ('sub_1', 'cus_1', 'active', '2026-01-01', '2026-01-01');
insert into raw_stripe.invoices
    (id, customer, subscription, status, currency, subtotal, total, amount_remaining, created, status_transitions)
    values ('in_1', 'cus_1', 'sub_1', 'paid', 'usd', 3000, 3000, 0, '2026-11-21', '{}');
insert into raw_stripe.invoice_line_items (id, invoice, amount, currency, period)
    values ('il_1', 'in_1', 1000, 'usd', '{}'), ('il_2', 'in_1', 2000, 'usd', '{}');
"""


@pytest.fixture(scope="module")
def engine(migrated: Settings) -> Iterator[Engine]:
    """A warehouse with one paid invoice of two lines, and dbt's manifest of the real project."""
    run_dbt(
        warehouse_url(migrated, "plumbline_builder"), dbt_folder(migrated), ("parse",),
        as_of=AS_OF, timezone=migrated.reporting_timezone,
    )  # fmt: skip
    admin = create_engine(warehouse_url(migrated), poolclass=NullPool)
    with admin.begin() as connection:
        for stream in STREAMS:
            connection.execute(text(f"drop table if exists raw_stripe.{stream}"))
            connection.execute(text(f"create table raw_stripe.{stream} ({_columns(stream)})"))
            connection.execute(text(f"grant select on raw_stripe.{stream} to plumbline_builder"))
        connection.execute(text(ONE_INVOICE))
        connection.execute(
            text(
                "insert into portal.load_run (run_id, source, stream, started_at, ended_at, result, as_of) "
                "values (:run, 'stripe', '', now(), now(), 'ok', :as_of)"
            ),
            {"run": uuid4(), "as_of": AS_OF},
        )
    yield admin
    with admin.begin() as connection:
        for stream in STREAMS:
            connection.execute(text(f"drop table raw_stripe.{stream}"))
        for table in ("load_run", "check_result", "metric_promise"):
            connection.execute(text(f"delete from portal.{table}"))


def _columns(stream: str) -> str:
    """The columns of the stream's contract, in their types; numeric where the contract leaves it open."""
    contract = YAML(typ="safe").load((CHECKS / "raw_stripe" / f"{stream}.yml").read_text())
    return ", ".join(f'"{column["name"]}" {column.get("data_type", "numeric")}' for column in contract["columns"])


def run_check(settings: Settings) -> StepResult:
    return check(Run(uuid4(), AS_OF, settings, "check"))


def status_of(engine: Engine, metric: str) -> Status:
    with engine.connect() as connection:
        return read_record(connection).status_of(catalogue()[metric], wall())


@pytest.mark.slow
def test_a_duplicate_line_breaks_mrr_and_not_the_pipeline(migrated: Settings, engine: Engine) -> None:
    run_check(migrated)
    before = status_of(engine, "net_mrr")
    assert before.broken == ()
    assert ADD_UP in before.kept

    with engine.begin() as connection:
        lines = "raw_stripe.invoice_line_items"
        connection.execute(text(f"insert into {lines} select * from {lines}"))
    result = run_check(migrated)

    for metric in ("net_mrr", "arr", "nrr", "invoiced_revenue", "active_customers"):
        assert ADD_UP in status_of(engine, metric).broken, metric
    for metric in ("open_pipeline", "win_rate", "cash_balance"):
        assert status_of(engine, metric).broken == (), metric
    assert result.detail["broken"] == 2
    assert result.detail["broken_promises"] == [
        "raw_stripe.invoice_line_items: Each line comes once in its invoice (2 of 4 rows too many of a kind)",
        "raw_stripe.invoice_line_items: The lines of each invoice add up to its subtotal (1 row against it)",
    ]


@pytest.mark.slow
def test_a_source_that_stopped_loading_breaks_what_rests_on_it(migrated: Settings, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("update portal.load_run set ended_at = now() - interval '2 hours'"))
    run_check(migrated)
    heartbeat = "Its source loaded within the last hour (raw_stripe.invoices)"
    assert heartbeat in status_of(engine, "net_mrr").broken
    assert heartbeat not in status_of(engine, "cash_balance").broken


@pytest.mark.slow
def test_mrr_does_not_wait_for_salesforce_which_only_says_who_is_who(migrated: Settings, engine: Engine) -> None:
    """What is promised about its accounts shows on MRR; that it loaded in time only on what is made of its deals."""
    run_check(migrated)
    query = text("select check_name from portal.metric_promise where metric = :metric and dataset = :dataset")
    of_accounts: dict[str, set[str]] = {}
    with engine.connect() as connection:
        for metric in ("net_mrr", "open_pipeline"):
            names = connection.scalars(query, {"metric": metric, "dataset": "raw_salesforce.Account"})
            of_accounts[metric] = set(names)
    assert of_accounts["open_pipeline"] - of_accounts["net_mrr"] == {f"{HEARTBEAT} hour"}
    assert "Each account comes once" in of_accounts["net_mrr"]


@pytest.mark.slow
def test_what_was_kept_is_forgotten_after_a_month_and_what_was_broken_stays(migrated: Settings, engine: Engine) -> None:
    old = (
        "insert into portal.check_result (run_id, checked_at, dataset, check_name, outcome, as_of) "
        "values (:run, now() - interval '40 days', 'raw_old.table', :name, :outcome, :as_of)"
    )
    with engine.begin() as connection:
        for outcome in ("kept", "broken"):
            connection.execute(text(old), {"run": uuid4(), "name": outcome, "outcome": outcome, "as_of": AS_OF})
    run_check(migrated)
    with engine.connect() as connection:
        left = connection.scalars(text("select check_name from portal.check_result where dataset = 'raw_old.table'"))
        assert left.all() == ["broken"]
