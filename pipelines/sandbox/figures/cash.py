"""Cash, what is burnt of it, and how long it lasts, from the bank's file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, cash_at
from pipelines.sandbox.figures.told import Told

BURN_MONTHS = 3


def told(company: Company, books: Books) -> Iterator[Told]:
    """What the finance department's own files say of each month."""
    cash = {month: Fraction(cents, 100) for month, cents in books.cash.items()}
    burn = burnt(company, books)
    yield Told("cash_balance", (), {(month,): value for month, value in cash.items()})
    yield Told("net_burn", (), {(month,): value for month, value in burn.items()})
    yield Told("cash_runway", (), {(month,): value for month, value in _runway(books, cash, burn).items()})


def burnt(company: Company, books: Books) -> dict[date, Fraction]:
    """Cash at the last close less cash at this one; the company began with the balance of the day before."""
    cash = {month: Fraction(cents, 100) for month, cents in books.cash.items()}
    before = Fraction(cash_at(company, books.months[0].month - timedelta(days=1)), 100)
    burn = {}
    for close in books.months:
        burn[close.month] = before - cash[close.month]
        before = cash[close.month]
    return burn


def _runway(books: Books, cash: dict[date, Fraction], burn: dict[date, Fraction]) -> dict[date, Fraction]:
    """Months that the cash lasts at the mean burn of the newest three complete months, in hundredths."""
    lasts, complete = {}, []
    for close in books.months:
        if close.is_complete:
            complete.append(burn[close.month])
        newest = complete[-BURN_MONTHS:]
        if len(newest) == BURN_MONTHS and sum(newest) > 0:
            mean = _to_hundredths(sum(newest, Fraction(0)) / BURN_MONTHS)
            lasts[close.month] = _to_hundredths(cash[close.month] / mean)
    return lasts


def _to_hundredths(value: Fraction) -> Fraction:
    """Rounded half away from zero, as money is."""
    sign = 1 if value >= 0 else -1
    return Fraction(sign * int(abs(value) * 100 + Fraction(1, 2)), 100)
