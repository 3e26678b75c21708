"""The certified metrics that are made of others, over marts of fourteen months that a hand can add up.

From September 2025 to October 2026 Germany has 100 at each close and the United States grow by 10 a month from 100.
In October 2026 Germany loses 40 of its customers Ada (25) and Bo (15), Cy expands by 5, a new one brings 30, and one
comes back with 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.access import OPERATOR
from app.metrics import Question
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.rights import BUILDER

from .conftest import run_as

AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)
D = Decimal
FIRST = date(2025, 9, 1)
LAST = date(2026, 10, 1)
MARTS = """
create table mart_finance.mrr_monthly (
    month date, is_complete boolean, product text, plan text, country text, opening_mrr_usd numeric, new_usd numeric,
    expansion_usd numeric, reactivation_usd numeric, contraction_usd numeric, churn_usd numeric, lost_usd numeric,
    fx_usd numeric, closing_mrr_usd numeric
);
insert into mart_finance.mrr_monthly
select cast(month as date), true, 'Core', 'Team', 'US', 90 + 10 * number, 0, 10, 0, 0, 0, 0, 0, 100 + 10 * number
from generate_series(timestamp '2025-09-01', '2026-10-01', interval '1 month') with ordinality as m (month, number1),
    lateral (select number1 - 1) as n (number);
insert into mart_finance.mrr_monthly
select cast(month as date), true, 'Core', 'Team', 'DE', 100, 0, 0, 0, 0, 0, 0, 0, 100
from generate_series(timestamp '2025-09-01', '2026-09-01', interval '1 month') as m (month);
insert into mart_finance.mrr_monthly values
    ('2026-10-01', true, 'Core', 'Team', 'DE', 100, 30, 5, 10, 0, 40, 40, 0, 105),
    ('2026-11-01', false, 'Core', 'Team', 'DE', 105, 0, 0, 0, 0, 0, 0, 0, 105);
create table mart_finance.customers_monthly
    (month date, is_complete boolean, country text, opening_customers_count int, active_customers_count int,
     lost_customers_count int);
insert into mart_finance.customers_monthly values
    ('2026-09-01', true, 'DE', 4, 4, 0), ('2026-09-01', true, 'US', 8, 8, 0),
    ('2026-10-01', true, 'DE', 4, 4, 2), ('2026-10-01', true, 'US', 8, 8, 0), ('2026-10-01', true, 'FR', 0, 0, 0);
create table mart_finance.revenue_monthly (
    month date, is_complete boolean, product text, plan text, country text, recognized_revenue_usd numeric
);
insert into mart_finance.revenue_monthly
select cast(month as date), month < '2026-11-01', 'Core', 'Team', 'US', 100
from generate_series(timestamp '2025-09-01', '2026-11-01', interval '1 month') as m (month);
insert into mart_finance.revenue_monthly values ('2026-03-01', true, 'Core', 'Team', 'DE', 7);
grant select on all tables in schema mart_finance to plumbline_finance;
grant usage on schema mart_finance to plumbline_finance;
"""


@pytest.fixture(scope="module")
def warehouse(migrated: Settings) -> Iterator[Warehouse]:
    run_as(migrated, BUILDER, MARTS)
    found = Warehouse(migrated)
    yield found
    found.close()


OCTOBER = {
    "opening_customers": ("count", D(12)),
    "lost_customers": ("Ada and Bo", D(2)),
    "logo_churn": ("2 of 12", D(2) / 12),
    "net_new_mrr": ("10 + 30 + 5 + 10 − 40", D(15)),
    "quick_ratio": ("55 ÷ 40", D(55) / 40),
    "arpa": ("230 + 105 over 12", (230 + 105) / D(12)),
    "net_mrr_churn": ("(40 − 15 − 10) ÷ 320", D(15) / 320),
    "mrr_growth_month": ("335 after 320", D(15) / 320),
    "mrr_growth_year": ("335 after 210", D(125) / 210),
    "revenue_year_to_date": ("ten months of 100, and 7", D(1007)),
    "revenue_twelve_months": ("twelve months of 100, and 7", D(1207)),
}


@pytest.mark.parametrize(("name", "expected"), [(name, value) for name, (_, value) in OCTOBER.items()])
def test_october(warehouse: Warehouse, name: str, expected: Decimal) -> None:
    rows = warehouse.answer(OPERATOR, Question(name, since=LAST), as_of=AS_OF).rows
    assert [(row[0], round(row[1], 12)) for row in rows] == [(LAST, round(expected, 12))]


WITHOUT = [
    ("quick_ratio", date(2026, 9, 1), "no losses"),
    ("mrr_growth_month", FIRST, "no value one month before"),
    ("mrr_growth_year", date(2026, 8, 1), "no value 12 months before"),
    ("revenue_year_to_date", FIRST, "begins before the first month known, 2025-09"),
    ("revenue_twelve_months", date(2026, 7, 1), "begins before the first month known, 2025-09"),
    ("arpa", FIRST, "Active customers: not known"),
]


@pytest.mark.parametrize(("name", "month", "reason"), WITHOUT)
def test_a_month_without_a_figure_says_why(warehouse: Warehouse, name: str, month: date, reason: str) -> None:
    """The growth over a year and the sum of twelve months begin with the thirteenth and the twelfth month."""
    answer = warehouse.answer(OPERATOR, Question(name, until=month), as_of=AS_OF)
    if name == "mrr_growth_year" or name == "revenue_twelve_months":
        assert all(value is None for _, value in answer.rows)
    assert answer.rows[-1] == (month, None)
    assert reason in answer.why_null(month)


def test_cuts_of_october(warehouse: Warehouse) -> None:
    def by_country(name: str) -> dict[str, Decimal | None]:
        rows = warehouse.answer(OPERATOR, Question(name, by=("country",), since=LAST), as_of=AS_OF).rows
        return {country: value if value is None else round(value, 12) for _, country, value in rows}

    assert by_country("logo_churn") == {"DE": D("0.5"), "US": D(0), "FR": None}
    assert by_country("net_new_mrr") == {"DE": D(5), "US": D(10)}
    assert by_country("quick_ratio") == {"DE": D("1.125"), "US": None}
    assert by_country("arpa") == {"DE": D("26.25"), "US": D("28.75"), "FR": None}
    assert by_country("mrr_growth_month") == {"DE": D("0.05"), "US": round(D(10) / 220, 12)}
    assert by_country("revenue_year_to_date") == {"DE": D(7), "US": D(1000)}


def test_the_running_month_has_its_sum_so_far_and_no_growth(warehouse: Warehouse) -> None:
    november = date(2026, 11, 1)

    def running(name: str) -> object:
        asked = Question(name, since=november, include_partial=True)
        return warehouse.answer(OPERATOR, asked, as_of=AS_OF).rows[-1][1]

    assert (running("revenue_year_to_date"), running("revenue_twelve_months")) == (D(1107), None)
    assert (running("mrr_growth_month"), running("mrr_growth_year")) == (None, None)
