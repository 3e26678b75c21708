"""How the company's finance tells its figures, by bills and lives that a hand can follow."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.history import Bill, Sale
from pipelines.sandbox.company.market import COUNTRIES
from pipelines.sandbox.figures.bills import Counted, rounded, shares
from pipelines.sandbox.figures.lifetime import survived
from pipelines.sandbox.figures.lives import Life
from pipelines.sandbox.figures.receivables import bucket_of
from pipelines.sandbox.figures.regions import region_of
from pipelines.sandbox.figures.revenue import month_begins

DAY = date(2026, 5, 1)


def counted(cents: int, *amounts: int) -> Counted:
    sales = tuple(Sale(f"il_{number}", "Core", "Team", amount, 0, 0) for number, amount in enumerate(amounts))
    return Counted(Bill("in_1", "cus_1", "usd", 0, cents, cents, sales=sales), "cus_1", DAY, cents, {})


@pytest.mark.parametrize(
    ("one", "parts"),
    [
        (counted(100, 1, 1, 1), [33, 34, 33]),
        (counted(10, 30, -10), [15, -5]),
        (counted(7, 5, -5), [7, 0]),
        (counted(-100, -1, -2), [-33, -67]),
    ],
)
def test_sales_share_their_bill_to_the_cent(one: Counted, parts: list[int]) -> None:
    """Running shares are rounded, 33.3 and 66.7; what lies between is each one's. Of nothing the first has all."""
    assert [cents for _, cents in shares(one)] == parts
    assert sum(parts) == one.cents


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-3, "Current"), (0, "Current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"),
     (90, "61-90"), (91, "Over 90")],
)  # fmt: skip
def test_a_debt_is_as_old_as_the_days_since_it_was_due(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket


def test_halves_go_away_from_zero() -> None:
    assert [rounded(*each) for each in ((1, 2), (-1, 2), (3, 2), (-3, 2), (1, -2), (4, 2))] == [1, -1, 2, -2, -1, 2]


def test_each_country_that_the_company_sells_to_has_a_region() -> None:
    assert {region_of(country) for country, *_ in COUNTRIES} == {
        "North America", "Latin America", "Europe", "Asia-Pacific",
    }  # fmt: skip


def test_months_begin_at_local_midnight(books: Books) -> None:
    """New York is five hours behind in January, four in July."""
    begins = dict(zip((close.month for close in books.months), month_begins(books), strict=False))
    assert books.zone == ZoneInfo("America/New_York")
    assert begins[date(2024, 1, 1)] % 86_400 == 5 * 3600
    assert begins[date(2024, 7, 1)] % 86_400 == 4 * 3600


def test_survival_counts_those_whom_an_age_was_seen_of() -> None:
    """Forty come in month 0: four leave at once, three after a month. Thirty come in month 1, and none has left.

    As of month 1: of 70 seen at age 0 four have left, of 36 seen at age 1 three.
    """
    old = [Life("a", 0, 1, {age: ({}, 1) for age in range(closes)}) for closes in [0] * 4 + [1] * 3 + [2] * 33]
    new = [Life("b", 1, 1, {0: ({}, 1)}) for _ in range(30)]
    curve, lost, seen = survived([*old, *new], at=1)
    assert [round(left, 12) for left, _ in curve] == [round(66 / 70, 12), round(66 / 70 * 33 / 36, 12)]
    assert (lost, seen) == (7, 106)
    assert round(curve[1][1], 12) == round(float(Fraction(4, 70 * 66) + Fraction(3, 36 * 33)), 12)


def test_no_survival_is_told_of_fewer_than_thirty() -> None:
    assert survived([Life("a", 0, 1, {0: ({}, 1)})] * 29, at=0) == ([], 0, 0)


def test_the_company_has_every_kind_of_bill(company: Company) -> None:
    """Else what is told of debts and revenue would leave a way for a bill to end untried."""
    bills = company.diary.bills
    assert any(bill.written_off_at for bill in bills)
    assert any(bill.voided_at for bill in bills)
    assert any(bill.total < 0 for bill in bills)
    assert any(bill.owed < bill.total for bill in bills)
    assert any(bill.paid_at is None and bill.owed for bill in bills)
    assert any(bill.due > bill.finalized_at for bill in bills)
    assert any(sale.end == sale.start for bill in bills for sale in bill.sales)
