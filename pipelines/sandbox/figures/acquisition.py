"""What it costs to win a customer: sales and marketing, a sales cycle before the month it came in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from statistics import median
from typing import Any

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.bills import rounded
from pipelines.sandbox.figures.told import Told

SALES, ADVERTISING = "Sales and marketing", "Advertising"
MONTH_DAYS = Fraction("30.4375")
YEAR = 12


@dataclass(frozen=True)
class Spends:
    """Month → what its customers were won with, in dollars: all of sales and marketing, and advertising alone."""

    loaded: Mapping[date, Fraction]
    paid: Mapping[date, Fraction]


def spends(company: Company, books: Books) -> Spends:
    """Both, where they are known."""
    months = paid_months(company, books)
    loaded, paid = (department_spend(company, SALES, one) for one in (None, ADVERTISING))
    return Spends(*(
        {month: spent[earlier] for month, earlier in months.items() if earlier in spent} for spent in (loaded, paid)
    ))  # fmt: skip


def told(books: Books, spend: Spends) -> Iterator[Told]:
    """Acquisition spend, loaded and paid only, and what that makes for each new customer."""
    won = new_customers(books)
    for metric, ratio, known in (
        ("acquisition_spend", "cac", spend.loaded), ("paid_acquisition_spend", "cac_paid_only", spend.paid),
    ):  # fmt: skip
        yield Told(metric, (), {(month,): amount for month, amount in known.items()})
        yield Told(ratio, (), {
            (month,): amount / won[month] for month, amount in known.items() if won.get(month)
        })  # fmt: skip


def new_customers(books: Books) -> Mapping[date, int]:
    """How many customers came in each month."""
    won: dict[date, int] = {}
    for one in books.customers:
        if one.case == "new":
            won[one.close.month] = won.get(one.close.month, 0) + 1
    return won


def department_spend(company: Company, department: str | None, category: str | None = None) -> Mapping[date, Fraction]:
    """What a department, or all of them, spent in each month, in dollars."""
    spent: dict[date, Fraction] = {}
    for row in company.files["costs"]:
        if department is None or row["department"] == department:
            counts = category is None or row["category"] == category
            spent[row["month"]] = spent.get(row["month"], Fraction(0)) + (Fraction(row["amount"]) if counts else 0)
    return spent


def paid_months(company: Company, books: Books) -> Mapping[date, date]:
    """The month whose spend each complete month's customers were won with, where the sales cycle is known."""
    cycles = _cycles(company, books)
    paid = {}
    for close in books.months:
        newest = [days for month, days in cycles if 0 <= _apart(month, close.month) < YEAR]
        if newest and close.is_complete:
            lag = Fraction(median(newest)) / MONTH_DAYS
            paid[close.month] = _earlier(close.month, rounded(lag.numerator, lag.denominator))
    return paid


def _cycles(company: Company, books: Books) -> list[tuple[date, int]]:
    """Of each piece of new business won: the month of its close, and its local days from opening to close."""
    cycles = []
    for (vendor, kind, _), held in company.book.objects.items():
        if vendor == "salesforce" and kind == "Opportunity":
            body: dict[str, Any] = held.body
            if body["IsWon"] and not body["IsDeleted"] and body["Type"] == "New Business":
                opened = datetime.strptime(body["CreatedDate"], "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(books.zone).date()
                closed = date.fromisoformat(body["CloseDate"])
                cycles.append((closed.replace(day=1), max((closed - opened).days, 0)))
    return cycles


def _apart(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * YEAR + later.month - earlier.month


def _earlier(month: date, by: int) -> date:
    index = month.year * YEAR + month.month - 1 - by
    return date(index // YEAR, index % YEAR + 1, 1)
