"""MRR by what was charged (Recurly) and by what was billed in the month (Lago), charge by charge."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import accumulate

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.catalog import Plan
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.history import Bill, Sale
from pipelines.sandbox.company.spans import FOREVER
from pipelines.sandbox.figures.bills import local_day, rounded
from pipelines.sandbox.figures.policy_prices import after_coupon, counted_bills

YEAR = 12
THIRTY_DAYS = {"year": Fraction(1, 12), "month": Fraction(1), "week": Fraction(30, 7), "day": Fraction(30)}
"""How often an interval is in a month, by Recurly."""
IN_MONTH = {"week": Fraction(433, 100), "day": Fraction(365, 12)}
"""How often a week or a day is in a month, by Lago, who has no days."""
Standing = tuple[str, int, int, int]
"""Currency, the first close at which it counts, the first at which it no longer does, and minor units a month."""
Cents = dict[tuple[int, str], int]
"""Close and currency → dollar cents."""
Held = tuple[Standing, tuple[Bill, Sale, int | Fraction]]


def charged(company: Company, books: Books) -> dict[str, Cents]:
    """What Recurly and Lago count: each charge rounded by itself, each kind in each currency once more in dollars."""
    held, billed = list(_charges(company, books)), list(_billed(company, books))
    signed = _cents(company, books, _signed(company, books))
    charges = _cents(company, books, (one for one, _ in held))
    refunds = _cents(company, books, _refunds(company, books, held))
    bills = _cents(company, books, (one for one, _ in billed))
    taxes = _cents(company, books, (one for _, one in billed))
    recurly = _added((1, signed), (1, charges), (-1, refunds))
    return {"recurly": recurly, "lago": _added((1, signed), (1, bills), (1, taxes))}


def _added(*legs: tuple[int, Cents]) -> Cents:
    sums: Cents = {}
    for sign, leg in legs:
        for where, cents in leg.items():
            sums[where] = sums.get(where, 0) + sign * cents
    return sums


def _cents(company: Company, books: Books, standings: Iterable[Standing]) -> Cents:
    """The sums at each close where there are any: in the currency, then in dollars."""
    changes: dict[str, list[int]] = {}
    for currency, first, after, minor in standings:
        row = changes.setdefault(currency, [0] * (len(books.months) + 1))
        row[min(first, len(books.months))] += minor
        row[min(after, len(books.months))] -= minor
    return {
        (at, currency): company.rates.cents(minor, currency, company.rates.on(currency, books.months[at].day))
        for currency, row in changes.items()
        for at, minor in enumerate(list(accumulate(row))[:-1])
        if minor
    }


def _closes(instants: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The first close after the start, and the first one after the end."""
    return bisect_right(instants, start), bisect_right(instants, end)


def _rounded(month: int | Fraction) -> int:
    return month if isinstance(month, int) else rounded(month.numerator, month.denominator)


def _signed(company: Company, books: Books) -> Iterator[Standing]:
    same, left_out = who_is_who(company)
    instants = [close.instant for close in books.months]
    for contract in books.by_hand:
        [term] = contract.terms
        end = FOREVER if contract.ended_at is None else contract.ended_at
        customer = same.get(("stripe", contract.customer), contract.customer)
        if customer not in left_out and term.gross is not None and term.start < end:
            yield contract.currency, *_closes(instants, term.start, end), _rounded(term.gross)


def _lines(company: Company) -> Iterator[tuple[Bill, Sale, Plan]]:
    """What was charged for licences on bills that are not void."""
    for _, _, bill in counted_bills(company):
        for sale in bill.sales:
            if not bill.is_void and sale.price is not None and sale.price.usage == "licensed" and sale.amount:
                yield bill, sale, sale.price


def _charges(company: Company, books: Books) -> Iterator[Held]:
    """Recurly: every charge and credit counts, as much a month, while its period lasts; a month has 30 days."""
    instants = [close.instant for close in books.months]
    for bill, sale, price in _lines(company):
        month = after_coupon(bill, sale.amount)
        if (price.interval, price.count) != ("month", 1):
            month = month * (THIRTY_DAYS[price.interval] / price.count)
        standing = (bill.currency, *_closes(instants, sale.start, sale.end), _rounded(month))
        yield standing, (bill, sale, month)


def _refunds(company: Company, books: Books, charges: Iterable[Held]) -> Iterator[Standing]:
    """What was paid back of a charge counts no more, until its period ends."""
    instants = [close.instant for close in books.months]
    paid_back: dict[str, list[tuple[int, int]]] = {}
    for receipt in company.diary.receipts:
        if receipt.kind == "refund":
            paid_back.setdefault(receipt.bill, []).append((receipt.at, receipt.amount))
    for _, (bill, sale, month) in charges:
        for at, amount in paid_back.get(bill.id, ()):
            if bill.total > 0:
                first, after = _closes(instants, max(at, sale.start), sale.end)
                yield bill.currency, first, max(first, after), _rounded(Fraction(month * amount) / bill.total)


def _billed(company: Company, books: Books) -> Iterator[tuple[Standing, Standing]]:
    """Lago: a bill counts in the month it is made out, that of a longer period spread over its months; and its tax.

    Of bills for weeks and days the mean of the item's bills of a month counts, as often as a month has them.
    """
    at_month = {close.month: at for at, close in enumerate(books.months)}
    items: dict[tuple[str, date, str, int], list[tuple[Bill, Sale]]] = {}
    for bill, sale, price in _lines(company):
        if sale.amount > 0:
            month = local_day(bill.finalized_at, books.zone).replace(day=1)
            items.setdefault((sale.item, month, price.interval, price.count), []).append((bill, sale))
    for (_, month, interval, count), lines in items.items():
        charge = sum(after_coupon(bill, sale.amount) for bill, sale in lines)
        tax = sum(_tax(bill, sale) for bill, sale in lines)
        length = {"year": YEAR * count, "month": count}.get(interval, 1)
        if interval in IN_MONTH:
            share = IN_MONTH[interval] / count / len(lines)
            charge, tax = charge * share, tax * share
        elif length > 1:
            charge, tax = Fraction(charge) / length, Fraction(tax) / length
        when = (lines[0][0].currency, at_month[month], at_month[month] + length)
        yield (*when, _rounded(charge)), (*when, _rounded(tax))


def _tax(bill: Bill, sale: Sale) -> int | Fraction:
    """A line's part of the bill's tax."""
    whole = sum(other.amount for other in bill.sales) if bill.total != bill.net else 0
    return Fraction(sale.amount * (bill.total - bill.net), whole) if whole else 0
