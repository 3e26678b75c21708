"""The finance department's figures: what is told of revenue once is what margin, budget and worth are told from."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures import (
    acquisition,
    budget,
    cash,
    growth,
    lifetime,
    lives,
    margin,
    payments,
    receivables,
    revenue,
)
from pipelines.sandbox.figures.told import Told


def told(company: Company, books: Books) -> Iterator[Told]:
    """Revenue, margin, cash, debts, payments, budget, cohorts, and what customers cost and are worth."""
    bills = revenue.counted(company, books)
    earned = revenue.recognized(company, books, bills)
    made = margin.margin_of(company, books, earned)
    spend = acquisition.spends(company, books)
    known = lives.lives(books)
    yield from revenue.told(books, bills, earned)
    yield from margin.told(made)
    yield from cash.told(company, books)
    yield from receivables.told(company, books, [one for one, _ in bills])
    yield from payments.told(company, books)
    yield from budget.told(company, books, earned)
    yield from acquisition.told(books, spend)
    yield from growth.told(company, books, made, spend.loaded)
    yield from lives.told(company, books, known)
    yield from lifetime.told(books, known, made, spend.loaded)
