"""From raw tables filled by hand to the marts: every figure here was worked out on paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from psycopg2.extensions import connection

from app.access import OPERATOR
from app.metrics import Question
from app.settings import Settings
from app.warehouse import Warehouse
from tests.models import meridian
from tests.models.conftest import answers, built_once
from tests.models.raw_tables import INSTANT, TEXT, fill, fill_files, fill_stripe

pytestmark = pytest.mark.slow
Build = Callable[[datetime], None]
LOADED_AT = datetime(2024, 4, 5, tzinfo=UTC)
BRIDGE = (
    "select month, sum(opening_mrr_usd), sum(new_usd), sum(expansion_usd), sum(churn_usd), sum(fx_usd), "
    "sum(closing_mrr_usd), sum(committed_mrr_usd) from mart_finance.mrr_monthly group by month order by month"
)


def _load(database: connection) -> None:
    fill_stripe(database, meridian.objects(), extracted_at=LOADED_AT)
    fill_files(database, {"exchange_rates": meridian.RATES, "contracts": meridian.CONTRACTS})


def _post(database: connection, event_id: str, at: datetime, body: object) -> None:
    payload = {"id": event_id, "created": int(at.timestamp()), "data": {"object": body}}
    with database.cursor() as cursor:
        cursor.execute(
            "insert into raw_stripe_webhook.event (event_id, type, created, received_at, payload) "
            "values (%s, 'customer.subscription.deleted', %s, %s, %s)",
            (event_id, at, at, json.dumps(payload)),
        )
    database.commit()


def _post_what_cannot_be_read(database: connection) -> None:
    """Newer than all that is good, and not one of them has the shape that models read."""
    customer, invoice = meridian.objects()["customer"][0], meridian.objects()["invoice"][0]
    ended = meridian.ada(meridian.at(4, 2))
    bodies: tuple[object, ...] = (
        ended | {"ended_at": "soon"}, ended | {"id": None}, ended | {"items": 7},
        ended | {"customer": {"id": "cus_bo"}},
        customer | {"created": 10**30}, customer | {"address": {"country": ["DE"]}}, invoice | {"total": "many"},
        invoice | {"lines": {"data": [1, None, "x"]}}, invoice | {"lines": {"data": {}}}, None, 7, [],
    )  # fmt: skip
    for number, body in enumerate(bodies):
        _post(database, f"evt_bad_{number}", datetime.fromtimestamp(meridian.at(4, 20), UTC), body)


def test_three_customers_by_month(migrated: Settings, database: connection, build_as_of: Build) -> None:
    """Ada's end comes by webhook, after the load; an older event than the load changes nothing, nor does a bad one."""
    _load(database)
    _post_what_cannot_be_read(database)
    ended = meridian.at(4, 10)
    _post(database, "evt_old", LOADED_AT - timedelta(days=30), meridian.ada() | {"canceled_at": None})
    _post(database, "evt_end", datetime.fromtimestamp(ended, UTC), meridian.ada(ended_at=ended))
    build_as_of(meridian.AS_OF)
    expected = [  # month: opening, new, expansion, churn, exchange rates, closing, committed
        ("2024-01-01", 0, 210, 0, 0, 0, 210, 210),
        ("2024-02-01", 210, 500, 100, 0, 10, 820, 820),
        ("2024-03-01", 820, 0, 0, 0, 0, 820, 820),
        ("2024-04-01", 820, 0, 0, 200, 0, 620, 620),
    ]
    assert [(str(row[0]), *row[1:]) for row in answers(database, BRIDGE)] == expected
    customers = "select month, sum(active_customers_count), sum(new_customers_count), sum(churned_customers_count) "
    assert answers(database, customers + "from mart_finance.customers_monthly group by month order by month") == [
        (date(2024, 1, 1), 2, 2, 0),
        (date(2024, 2, 1), 3, 1, 0),
        (date(2024, 3, 1), 3, 0, 0),
        (date(2024, 4, 1), 2, 0, 1),
    ]
    _metrics_made_of_others_follow(migrated)


MADE_OF_OTHERS = {  # January to April; None has its reason
    "net_new_mrr": (210, 600, 0, -200),
    "quick_ratio": (None, None, None, 0),
    "arpa": (105, Decimal(820) / 3, Decimal(820) / 3, 310),
    "opening_customers": (0, 2, 3, 3),
    "logo_churn": (None, 0, 0, Decimal(1) / 3),
    "net_mrr_churn": (None, Decimal(-100) / 210, 0, Decimal(200) / 820),
    "mrr_growth_month": (None, Decimal(610) / 210, 0, Decimal(-200) / 820),
    "mrr_growth_year": (None, None, None, None),
}


def _metrics_made_of_others_follow(settings: Settings) -> None:
    warehouse = Warehouse(settings)
    for name, expected in MADE_OF_OTHERS.items():
        rows = warehouse.answer(OPERATOR, Question(name), as_of=meridian.AS_OF).rows
        assert [value if value is None else round(value, 12) for _, value in rows] == [
            value if value is None else round(Decimal(value), 12) for value in expected
        ], name
    warehouse.close()


def _load_april(database: connection) -> None:
    """The company with two charges and two accounts a second to, and on, the midnight in New York that ends January;
    Bo's second 1,200.00 € were given back later. The product and its first charge are older than the first invoice.
    """
    midnight = datetime(2024, 2, 1, 5, tzinfo=UTC)
    second = timedelta(seconds=1)
    charges = [("ch_1", None, "usd", datetime(2023, 11, 5, tzinfo=UTC)), ("ch_2", "cus_bo", "EUR", midnight - second),
               ("ch_3", "cus_bo", "eur", midnight)]  # fmt: skip
    fill_stripe(database, {**meridian.objects(), "charge": [
        {"id": key, "customer": customer, "status": "succeeded", "currency": currency, "amount": 120000,
         "amount_refunded": 120000 if key == "ch_3" else 0, "created": int(at.timestamp())}
        for key, customer, currency, at in charges
    ]}, extracted_at=LOADED_AT)  # fmt: skip
    fill(database, "raw_production", "accounts", {"id": TEXT, "country": TEXT, "created_at": INSTANT}, [
        {"id": "1", "country": "us", "created_at": datetime(2023, 10, 20)},
        {"id": "2", "country": "", "created_at": (midnight - second).replace(tzinfo=None)},
        {"id": "3", "created_at": midnight.replace(tzinfo=None)},
    ])  # fmt: skip
    fill_files(database, {"exchange_rates": meridian.RATES, "contracts": meridian.CONTRACTS})


april = built_once("april", _load_april, meridian.AS_OF)


def test_what_the_load_alone_says(april: connection) -> None:
    """Without the webhook Ada still runs at the close of April; her end, asked for on the 1st, left committed MRR."""
    assert answers(april, BRIDGE)[-1][-2:] == (820, 620)
    _revenue_is_invoiced_by_line_and_recognised_by_the_second(april)


def _revenue_is_invoiced_by_line_and_recognised_by_the_second(database: connection) -> None:
    """January: 100.00 USD and 1,200.00 € × 1.10. Ada's January serves 10 January 12:00 to 1 February 05:00 UTC."""
    revenue = answers(
        database,
        "select month, country, sum(invoiced_revenue_usd), sum(recognized_revenue_usd) "
        "from mart_finance.revenue_monthly where month = '2024-01-01' group by 1, 2 order by 2",
    )
    january = timedelta(days=21, hours=17)
    ada = Decimal(str(round(100 * (january / timedelta(days=31)), 2)))
    bo = Decimal(str(round(1320 * (timedelta(days=11, hours=17) / timedelta(days=366)), 2)))
    assert revenue == [(date(2024, 1, 1), "DE", Decimal(1320), bo), (date(2024, 1, 1), "US", Decimal(100), ada)]
    credit = "select net_usd from core.fct_invoice_line where invoice_id = 'in_3' order by invoice_line_id"
    assert answers(database, credit) == [(Decimal("-82.76"),), (Decimal("165.52"),)]


def test_the_daily_series_holds_complete_days_only(database: connection, build_as_of: Build) -> None:
    _load(database)
    build_as_of(datetime(2024, 2, 12, 15, tzinfo=UTC))
    series = "select ds, y from mart_executive.kpi_daily where unique_id = 'mrr_usd' order by ds desc limit 3"
    assert answers(database, series) == [
        (date(2024, 2, 11), Decimal("720.00")),
        (date(2024, 2, 10), Decimal("720.00")),
        (date(2024, 2, 9), Decimal("710.00")),
    ]
    partial = "select distinct is_complete from mart_finance.mrr_monthly where month = '2024-02-01'"
    assert answers(database, partial) == [(False,)]


def test_payments_and_sign_ups_count_from_the_first_one_on(april: connection) -> None:
    assert answers(april, "select to_char(month, 'YYYY-MM'), country, received_usd "
                             "from mart_finance.payments_monthly order by month") == [
        ("2023-11", "Unknown", 1200), ("2024-01", "DE", 1320), ("2024-02", "DE", 1320)
    ]  # fmt: skip
    assert answers(april, "select to_char(month, 'YYYY-MM'), country, accounts_count "
                             "from mart_product.accounts_monthly order by month") == [
        ("2023-10", "US", 1), ("2024-01", "Unknown", 1), ("2024-02", "Unknown", 1)
    ]  # fmt: skip
    daily = "select sum(y) from mart_executive.kpi_daily where unique_id = "
    assert answers(april, f"{daily}'payments_usd'") == [(3840,)]
    assert answers(april, f"{daily}'signups'") == [(3,)]


def test_a_bank_that_went_silent_makes_cash_unknown_not_flat(
    migrated: Settings, database: connection, build_as_of: Build
) -> None:
    """No invoices. One account closed at zero, one that spends 100 a month and then sends nothing after 20 April."""
    days = [date(2024, month, day) for month, day in ((1, 31), (2, 29), (3, 31), (4, 20))]
    main = [
        {"balance_date": day, "account": "Main", "currency": "usd", "balance": 1000 - 100 * index}
        for index, day in enumerate(days)
    ]
    closed = {"balance_date": date(2024, 1, 31), "account": "Old", "currency": "usd", "balance": 0}
    fill_files(database, {"exchange_rates": meridian.RATES, "bank_balances": [*main, closed]})
    build_as_of(meridian.AS_OF)
    silent = "no bank balance of Main since 2024-04-20"
    cash = "select month, cash_usd, net_burn_usd, runway_months, runway_note from mart_finance.cash_monthly order by 1"
    assert answers(database, cash)[-2:] == [
        (date(2024, 3, 1), 800, 100, None, "fewer than three complete months"),
        (date(2024, 4, 1), None, None, None, silent),
    ]
    series = "select max(ds) from mart_executive.kpi_daily where unique_id = 'cash_usd'"
    assert answers(database, series) == [(date(2024, 4, 20),)]
    warehouse = Warehouse(migrated)
    for metric in ("cash_balance", "net_burn", "cash_runway"):
        found = warehouse.answer(OPERATOR, Question(metric), as_of=meridian.AS_OF)
        assert found.rows[-1] == (date(2024, 4, 1), None)
        assert found.why_null(date(2024, 4, 1)) == silent
    warehouse.close()
