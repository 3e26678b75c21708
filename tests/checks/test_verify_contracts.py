"""Soda against a real Postgres with tables made by hand: what is kept, broken, warned and not run, in words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from app.errors import SettingsError
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.check import PASSWORD, Finding, verify_contracts
from pipelines.contracts import read_contracts
from pipelines.verdict import of

AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)
TABLES = """
drop schema if exists raw_shop cascade;
create schema raw_shop;
create table raw_shop.customers (id text, name text);
insert into raw_shop.customers values ('a', 'Ann'), ('b', 'Bob'), ('b', 'Bob again');
create table raw_shop.orders (id bigint, customer text, amount numeric, created timestamp);
insert into raw_shop.orders values
    (1, 'a', 10, '2026-11-22 09:00'), (2, 'z', -5, '2026-11-20 11:00'), (3, null, 7, '2026-11-19 00:00');
create table raw_shop.baskets (id bigint);
grant usage on schema raw_shop to plumbline_builder;
grant select on all tables in schema raw_shop to plumbline_builder;
"""
CUSTOMERS = """
dataset: warehouse/plumbline/raw_shop/customers
columns:
  - name: id
    data_type: text
    checks:
      - missing: {name: Every customer has an id}
      - duplicate: {name: Each customer comes once}
  - name: name
    data_type: numeric
  - name: email
checks:
  - schema: {name: The columns are there, allow_extra_columns: true, allow_other_column_order: true}
"""
ORDERS = """
dataset: warehouse/plumbline/raw_shop/orders
variables:
  AS_OF: {default: "2000-01-01T00:00:00"}
columns:
  - name: customer
    checks:
      - invalid:
          name: Every order belongs to a customer
          valid_reference_data: {dataset: warehouse/plumbline/raw_shop/customers, column: id}
checks:
  - failed_rows: {name: No order is negative, expression: amount < 0}
  - failed_rows:
      name: No order lies ahead
      qualifier: ahead
      query: select id from raw_shop.orders where created > timestamp '${var.AS_OF}'
  - failed_rows: {name: No order is lost, qualifier: lost, query: select id from raw_shop.nowhere}
  - freshness:
      name: The newest order is an hour old at most
      column: created
      now_variable: AS_OF
      unit: hour
      threshold: {level: warn, must_be_less_than: 1}
  - row_count: {name: There are more than two orders, threshold: {must_be_greater_than: 2}}
"""
BASKETS = """
dataset: warehouse/plumbline/raw_shop/baskets
columns: []
checks:
  - row_count: {name: There are baskets, threshold: {level: warn, must_be_greater_than: 0}}
"""
ABSENT = BASKETS.replace("baskets", "refunds")


@pytest.fixture(scope="module")
def builder(migrated: Settings) -> Iterator[URL]:
    """The builder's address of a warehouse that holds the tables above."""
    engine = create_engine(warehouse_url(migrated), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(TABLES))
    yield warehouse_url(migrated, "plumbline_builder")
    with engine.begin() as connection:
        connection.execute(text("drop schema raw_shop cascade"))


@pytest.fixture
def find(builder: URL, tmp_path: Path) -> Callable[..., dict[str, Finding]]:
    """Verifies contracts given as text and gives the findings by the promise's name."""

    def run(**contracts: str) -> dict[str, Finding]:
        for table, contract in contracts.items():
            (tmp_path / "raw_shop").mkdir(exist_ok=True)
            (tmp_path / "raw_shop" / f"{table}.yml").write_text(contract)
        return {found.promise.name: found for found in verify_contracts(read_contracts(tmp_path), builder, AS_OF)}

    return run


def told(finding: Finding) -> tuple[str, str, str]:
    return finding.outcome, finding.found, finding.expected


def test_a_promise_is_kept_or_broken_in_words(find: Callable[..., dict[str, Finding]]) -> None:
    found = find(customers=CUSTOMERS)
    assert told(found["Every customer has an id"]) == ("kept", "none of 3 rows without a value", "a value in every row")
    assert told(found["Each customer comes once"]) == ("broken", "1 of 3 rows too many of a kind", "no duplicates")
    assert told(found["The columns are there"]) == (
        "broken", "no column email; name is text, not numeric", "the columns and types that the models read",
    )  # fmt: skip


def test_references_rules_and_ages(find: Callable[..., dict[str, Finding]]) -> None:
    found = find(customers=CUSTOMERS, orders=ORDERS)
    assert told(found["Every order belongs to a customer"])[:2] == ("broken", "1 of 3 rows with another value")
    assert told(found["No order is negative"]) == ("broken", "1 of 3 rows against it", "nothing against it")
    assert told(found["There are more than two orders"]) == ("kept", "3 rows", "more than 2 rows")
    assert told(found["The newest order is an hour old at most"]) == (
        "warned", "2 hours: the newest is of 2026-11-22 09:00 UTC", "less than 1 hour",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"), [("1", "1 row"), ("more than 1", "more than 1 row"), ("0", "0 rows"), ("21", "21 rows")]
)
def test_one_is_one(words: str, said: str) -> None:
    assert of(words, "row") == said


def test_contracts_read_the_business_instant(find: Callable[..., dict[str, Finding]]) -> None:
    """With the default of 2000 all three orders would lie ahead."""
    assert told(find(orders=ORDERS, customers=CUSTOMERS)["No order lies ahead"])[0] == "kept"


def test_a_promise_that_cannot_be_worked_out_is_broken(find: Callable[..., dict[str, Finding]]) -> None:
    lost = find(orders=ORDERS, customers=CUSTOMERS)["No order is lost"]
    assert lost.outcome == "broken"
    assert lost.found == 'could not be checked: relation "raw_shop.nowhere" does not exist'


def test_an_empty_table_warns_and_an_absent_one_is_not_run(find: Callable[..., dict[str, Finding]]) -> None:
    assert told(find(baskets=BASKETS)["There are baskets"])[:2] == ("warned", "0 rows")
    absent = find(refunds=ABSENT)["There are refunds"]
    assert told(absent)[:2] == ("not_run", "raw_shop.refunds is not there")


def test_a_contract_that_soda_does_not_understand_is_refused(find: Callable[..., dict[str, Finding]]) -> None:
    with pytest.raises(SettingsError, match=r"baskets\.yml"):
        find(baskets=BASKETS.replace("columns: []\n", "").replace("row_count", "rowcount"))


def test_the_password_is_gone_afterwards(find: Callable[..., dict[str, Finding]]) -> None:
    find(baskets=BASKETS)
    assert PASSWORD not in os.environ
