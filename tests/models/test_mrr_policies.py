"""MRR as vendors define it, held to what their own published help works out (docs/mrr_policies.md names the pages)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from itertools import permutations
from uuid import uuid4

import psycopg2
import pytest
from psycopg2.extensions import connection
from rich.console import Console

from app.access import OPERATOR
from app.errors import QuestionError, UsageError
from app.metrics import Question
from app.mrr_policies import rules_between, told_in
from app.secrets import warehouse_url
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.build import build
from pipelines.commands import policies
from pipelines.job import Run
from tests.models import vendor_examples
from tests.models.conftest import answers
from tests.models.raw_tables import fill_files, fill_stripe

pytestmark = pytest.mark.slow
Series = dict[str, str]


@pytest.fixture(scope="module")
def warehouse(migrated: Settings) -> Iterator[connection]:
    """All examples loaded and built once."""
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database:
        fill_stripe(database, vendor_examples.objects(), extracted_at=vendor_examples.AS_OF)
        fill_files(database, {"exchange_rates": vendor_examples.RATES})
        build(Run(uuid4(), vendor_examples.AS_OF, migrated, "build"))
        yield database


def mrr(database: connection, policy: str, currency: str) -> dict[str, Decimal]:
    """MRR of each month by a policy, of the customers of one currency."""
    found = answers(
        database,
        "select to_char(month, 'YYYY-MM'), mrr_usd from mart_finance.mrr_policies "
        f"where policy = '{policy}' and currency = '{currency}'",
    )
    return dict(found)


def holds(database: connection, policy: str, currency: str, expected: Series) -> None:
    found = mrr(database, policy, currency)
    assert {month: found.get(month, Decimal(0)) for month in expected} == {
        month: Decimal(amount) for month, amount in expected.items()
    }


def test_stripe_s_billing_analytics_and_metric_definitions(warehouse: connection) -> None:
    """1,200 a year count 100, 50 % off for ever halves 80; 100 × 100 a month and 50 × 600 a year are 12,500.

    Asked in April to end: gone in April. 30 a month, attempted last on 8 May and then unpaid: gone in May. A trial
    until 20 June: counts from June. Tax never.
    """
    holds(warehouse, "stripe", "usd", {
        "2024-01": "100", "2024-02": "140", "2024-03": "12640", "2024-04": "12570", "2024-05": "12540",
        "2024-06": "13540",
    })  # fmt: skip


def test_chartmogul_s_syncalytics(warehouse: connection) -> None:
    """2,000 a year are 166.67 new, 60 more with Silver, 60 less without; all gone at the year's end; 150 are back."""
    holds(warehouse, "chartmogul", "eur", {
        "2024-01": "226.67", "2024-02": "166.67", "2024-12": "166.67", "2025-01": "0", "2025-02": "0",
        "2025-03": "150", "2025-04": "150",
    })  # fmt: skip
    moved = answers(
        warehouse,
        "select to_char(month, 'YYYY-MM'), sum(new_usd), sum(contraction_usd), sum(churn_usd), sum(reactivation_usd) "
        "from mart_finance.mrr_customer_monthly where customer_id = 'cus_sync' group by 1 "
        "having sum(new_usd + contraction_usd + churn_usd + reactivation_usd) <> 0 order by 1",
    )
    assert moved == [
        ("2024-01", Decimal("226.67"), 0, 0, 0),
        ("2024-02", 0, 60, 0, 0),
        ("2025-01", 0, 0, Decimal("166.67"), 0),
        ("2025-03", 0, 0, 0, 150),
    ]


def test_profitwell_s_discounts_and_credits_and_its_dunning_window(warehouse: connection) -> None:
    """10 % off 120 a year: 9; 10 % off 10 a month for three months: 9, then 10. 50 count until their cycle ends.

    Of two debtors at the close of July the one of 12 days counts its 30. Usage of 7 counts from its bill on.
    """
    holds(warehouse, "profitwell", "gbp", {
        "2024-01": "18", "2024-02": "18", "2024-03": "18", "2024-04": "19", "2024-05": "69", "2024-06": "19",
        "2024-07": "49", "2024-08": "19", "2024-09": "26",
    })  # fmt: skip


def test_recurly_s_charges_between_their_dates(warehouse: connection) -> None:
    """100 from 29 March to 29 April count 100 in March; half a user 5 in June; 2 a day 60; a failed 30 stays;
    of 50 refunded by 20, 30 are left; 10 % off 40 leaves 36."""
    holds(warehouse, "recurly", "cad", {
        "2024-01": "100", "2024-02": "100", "2024-03": "200", "2024-04": "100", "2024-06": "105", "2024-07": "100",
        "2024-08": "160", "2024-10": "130", "2024-12": "130", "2025-02": "36",
    })  # fmt: skip


def test_lago_s_bills_of_the_month(warehouse: connection) -> None:
    """A month counts where it is billed, with tax; a quarter in three, a year in twelve; weeks their mean × 4.33."""
    holds(warehouse, "lago", "aud", {
        "2024-01": "110", "2024-02": "0", "2024-03": "90", "2024-05": "90", "2024-06": "100", "2024-07": "143.30",
        "2024-08": "100", "2025-04": "100",
    })  # fmt: skip


def test_each_policy_is_bridged_to_each_other_rule_by_rule(warehouse: connection) -> None:
    """In March 2024 ours and Stripe's agree on the dollars; asking to end makes 100 less in April."""
    apart = answers(
        warehouse,
        "select one.month, one.policy, other.policy from mart_finance.mrr_policies as one "
        "join mart_finance.mrr_policies as other using (month, currency) "
        "left join (select month, currency, from_policy, to_policy, sum(amount_usd) as amount "
        "from mart_finance.mrr_policy_bridge group by 1, 2, 3, 4) as bridge on bridge.month = one.month "
        "and bridge.currency = one.currency and from_policy = one.policy and to_policy = other.policy "
        "where one.policy <> other.policy and one.mrr_usd + coalesce(amount, 0) <> other.mrr_usd",
    )
    assert apart == []
    rules = (
        "select rule, amount_usd from mart_finance.mrr_policy_bridge where currency = 'usd' and amount_usd <> 0 "
        "and month = '2024-04-01' and from_policy = '{}' and to_policy = '{}' order by step"
    )
    assert answers(warehouse, rules.format("plumbline", "stripe")) == [("cancellation", -100)]
    assert answers(warehouse, rules.format("stripe", "chartmogul")) == [("cancellation", 100)]


def test_policies_are_shown_one_at_a_time(migrated: Settings, warehouse: connection) -> None:
    expected = mrr(warehouse, "stripe", "usd")["2024-01"]
    with closing(Warehouse(migrated)) as asked:
        by_policy = Question("mrr_by_policy", by=("policy", "currency"))
        rows = asked.answer(OPERATOR, by_policy, as_of=vendor_examples.AS_OF).rows
        assert (date(2024, 1, 1), "stripe", "usd", expected) in rows
        with pytest.raises(QuestionError, match="policy"):
            asked.answer(OPERATOR, Question("mrr_by_policy"), as_of=vendor_examples.AS_OF)


def test_the_command_leads_from_one_policy_to_another(migrated: Settings, warehouse: connection) -> None:
    """April 2024 in dollars: 12,670 certified, 12,570 at Stripe, and asking to end is the whole of it."""
    april = date(2024, 4, 1)
    with closing(Warehouse(migrated)) as asked:
        found = told_in(asked, OPERATOR, april, "USD")
        ends = (found.of("plumbline"), found.of("stripe"))
        rules = rules_between(asked, OPERATOR, april, "plumbline", "stripe", "USD")
        assert [each.mrr for each in ends] == [12670, 12570]
        assert [(rule.rule, rule.amount) for rule in rules] == [("cancellation", -100)]
        everybody = told_in(asked, OPERATOR, april)
        for one, other in permutations(everybody.told, 2):
            added = sum(rule.amount for rule in rules_between(asked, OPERATOR, april, one.policy, other.policy))
            assert one.mrr + added == other.mrr, (one, other)
        assert told_in(asked, OPERATOR).month == date(2025, 4, 1), "the newest month that is over"
        with pytest.raises(UsageError, match=r"'paddle'.*Expected one of: plumbline, "):
            found.of("paddle")
        with pytest.raises(UsageError, match=r"Nobody paid in 'jpy' in 2024-04.*aud, cad, eur, gbp, usd"):
            told_in(asked, OPERATOR, april, "jpy")
        with pytest.raises(UsageError, match=r"not known of 1999-04.*from 2024-01 to 2025-04"):
            told_in(asked, OPERATOR, date(1999, 4, 1))
    payload = policies._payload(found, ends, rules, "USD")
    assert (payload["from"], payload["to"], payload["difference"], payload["unexplained"]) == (
        "plumbline", "stripe", -100, 0,
    )  # fmt: skip
    console = Console(file=io.StringIO(), width=100)
    policies._draw(found, ends, rules, console)
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert "MRR of April 2024, US dollars" in drawn and "−100.00" in drawn and "12,570.00" in drawn
