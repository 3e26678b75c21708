"""The bills that count, with whose they are and what they come to in dollars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.history import Bill, Receipt, Sale
from pipelines.sandbox.figures.countries import countries
from pipelines.sandbox.figures.regions import region_of


@dataclass(frozen=True)
class Counted:
    """A bill of a customer that counts.

    Attributes:
        day: the local day it was finalised on, whose rate holds.
        cents: its net amount in dollar cents.
        parts: the customer's country and region, and the bill's currency.
    """

    bill: Bill
    customer: str
    day: date
    cents: int
    parts: dict[str, str]


def local_day(at: int, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).date()


def counted_bills(company: Company, books: Books) -> Iterator[Counted]:
    """All but those of internal and test accounts, void ones as well."""
    same, left_out = who_is_who(company)
    country = countries(company)
    for bill in company.diary.bills:
        customer = same.get(("stripe", bill.customer), bill.customer)
        if customer not in left_out:
            day = local_day(bill.finalized_at, books.zone)
            where = country.get(customer, "Unknown")
            cents = company.rates.cents(bill.net, bill.currency, company.rates.on(bill.currency, day))
            parts = {"country": where, "region": region_of(where), "currency": bill.currency}
            yield Counted(bill, customer, day, cents, parts)


def counted_payments(company: Company, books: Books) -> Iterator[tuple[Receipt, date, int]]:
    """Payments of customers that count, the local day of each, and its amount in dollar cents."""
    same, left_out = who_is_who(company)
    for receipt in company.diary.receipts:
        if receipt.kind == "payment" and same.get(("stripe", receipt.customer), receipt.customer) not in left_out:
            day = local_day(receipt.at, books.zone)
            rate = company.rates.on(receipt.currency, day)
            yield receipt, day, company.rates.cents(receipt.amount, receipt.currency, rate)


def shares(one: Counted) -> Iterator[tuple[Sale, int]]:
    """Each sale with its cents of the bill: running shares, rounded, so that they add up to the bill."""
    sales = sorted(one.bill.sales, key=lambda sale: sale.id)
    whole = sum(sale.amount for sale in sales)
    so_far = 0
    for number, sale in enumerate(sales):
        if not whole:
            yield sale, 0 if number else one.cents
            continue
        before, so_far = so_far, so_far + sale.amount
        yield sale, rounded(one.cents * so_far, whole) - rounded(one.cents * before, whole)


def rounded(above: int, below: int) -> int:
    """A whole quotient, halves away from zero."""
    sign = -1 if (above < 0) != (below < 0) else 1
    return sign * ((2 * abs(above) + abs(below)) // (2 * abs(below)))
