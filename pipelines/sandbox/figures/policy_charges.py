"""MRR by what was charged (Recurly) and by what was billed in the month (Lago), charge by charge."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import accumulate

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.catalog import Plan
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.history import Bill, Sale
from pipelines.sandbox.company.money import half_away
from pipelines.sandbox.company.spans import FOREVER
from pipelines.sandbox.figures.bills import local_day
from pipelines.sandbox.figures.policy_prices import after_coupon, counted_bills

YEAR = 12
Standing = tuple[str, int, int, int]
"""Currency, the first close at which it counts, the first at which it no longer does, and minor units a month."""


def charged(company: Company, books: Books) -> dict[str, list[int]]:
    """Cents of each close by Recurly and Lago; each charge is rounded by itself, each kind once more in dollars."""
    billed = list(_billed(company, books))
    signed = _cents(company, books, _signed(company, books))
    charges = _cents(company, books, (one for one, _ in _charges(company, books)))
    refunds = _cents(company, books, _refunds(company, books))
    bills = _cents(company, books, (one for one, _ in billed))
    taxes = _cents(company, books, (one for _, one in billed))
    return {
        "recurly": [a + b - c for a, b, c in zip(signed, charges, refunds, strict=True)],
        "lago": [a + b + c for a, b, c in zip(signed, bills, taxes, strict=True)],
    }


def _cents(company: Company, books: Books, standings: Iterable[Standing]) -> list[int]:
    """The sums at each close: per currency, then in dollars."""
    changes: dict[str, list[int]] = {}
    for currency, first, after, minor in standings:
        row = changes.setdefault(currency, [0] * (len(books.months) + 1))
        row[min(first, len(books.months))] += minor
        row[min(after, len(books.months))] -= minor
    sums = [0] * len(books.months)
    for currency, row in changes.items():
        for at, minor in enumerate(list(accumulate(row))[:-1]):
            day = books.months[at].day
            sums[at] += company.rates.cents(minor, currency, company.rates.on(currency, day))
    return sums


def _closes(books: Books, start: int, end: int) -> tuple[int, int]:
    """The first close after the start, and the first one after the end."""
    instants = [close.instant for close in books.months]
    return bisect_right(instants, start), bisect_right(instants, end)


def _signed(company: Company, books: Books) -> Iterator[Standing]:
    same, left_out = who_is_who(company)
    for contract in books.by_hand:
        [term] = contract.terms
        end = FOREVER if contract.ended_at is None else contract.ended_at
        customer = same.get(("stripe", contract.customer), contract.customer)
        if customer not in left_out and term.gross is not None and term.start < end:
            yield contract.currency, *_closes(books, term.start, end), half_away(term.gross)


def _lines(company: Company) -> Iterator[tuple[Bill, Sale, Plan]]:
    """What was charged for licences on bills that are not void."""
    for _, _, bill in counted_bills(company):
        for sale in bill.sales:
            if not bill.is_void and sale.price is not None and sale.price.usage == "licensed" and sale.amount:
                yield bill, sale, sale.price


def _charges(company: Company, books: Books) -> Iterator[tuple[Standing, tuple[Bill, Sale, Fraction]]]:
    """Recurly: every charge and credit counts, as much a month, while its period lasts; a month has 30 days."""
    for bill, sale, price in _lines(company):
        days = {"week": Fraction(30, 7), "day": Fraction(30)}.get(price.interval)
        months = days / price.count if days else price.per_month
        month = after_coupon(bill, sale.amount) * months
        standing = (bill.currency, *_closes(books, sale.start, sale.end), half_away(month))
        yield standing, (bill, sale, month)


def _refunds(company: Company, books: Books) -> Iterator[Standing]:
    """What was paid back of a charge counts no more, until its period ends."""
    paid_back: dict[str, list[tuple[int, int]]] = {}
    for receipt in company.diary.receipts:
        if receipt.kind == "refund":
            paid_back.setdefault(receipt.bill, []).append((receipt.at, receipt.amount))
    for _, (bill, sale, month) in _charges(company, books):
        for at, amount in paid_back.get(bill.id, ()):
            if bill.total > 0:
                first, after = _closes(books, max(at, sale.start), sale.end)
                yield bill.currency, first, max(first, after), half_away(month * amount / bill.total)


def _billed(company: Company, books: Books) -> Iterator[tuple[Standing, Standing]]:
    """Lago: a bill counts in the month it is made out, that of a longer period spread over its months; and its tax."""
    at_month = {close.month: at for at, close in enumerate(books.months)}
    lines = [(bill, sale, price) for bill, sale, price in _lines(company) if sale.amount > 0]
    days = {id(bill): local_day(bill.finalized_at, books.zone) for bill, _, _ in lines}
    count = Counter((sale.item, days[id(bill)].replace(day=1), price.interval) for bill, sale, price in lines)
    for bill, sale, price in lines:
        month = days[id(bill)].replace(day=1)
        length = {"year": YEAR * price.count, "month": price.count}.get(price.interval, 1)
        share = Fraction(1, length)
        if price.interval in ("week", "day"):
            in_month = Fraction(433, 100) if price.interval == "week" else Fraction(365, 12)
            share = in_month / price.count / count[sale.item, month, price.interval]
        whole = sum(other.amount for other in bill.sales)
        tax = Fraction(sale.amount * (bill.total - bill.net), whole) if whole else Fraction(0)
        first = at_month[month]
        yield (
            (bill.currency, first, first + length, half_away(after_coupon(bill, sale.amount) * share)),
            (bill.currency, first, first + length, half_away(tax * share)),
        )
