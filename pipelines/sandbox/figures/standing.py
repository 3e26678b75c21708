"""What stands behind MRR at each close: what is past due, what will end, and what is left of last year's customers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.catalog import EXPONENT
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.spans import Span
from pipelines.sandbox.company.truth import RATE_UNIT, Key, half_away
from pipelines.sandbox.figures.countries import countries
from pipelines.sandbox.figures.regions import region_of
from pipelines.sandbox.figures.told import Entry, Told, divided, summed

SEGMENT = ("product", "plan", "country", "region", "currency")
YEAR = 12
Holding = dict[str, dict[str, int]]
"""Customer → currency → minor units a month at one close."""


def told(company: Company, books: Books) -> Iterator[Told]:
    """MRR at risk and committed, and the retention of the customers of twelve months before."""
    country = countries(company)
    yield from _part_of_mrr("past_due_mrr", company, books, country, lambda span, at: span.state == "past_due")
    yield from _part_of_mrr(
        "committed_mrr", company, books, country,
        lambda span, at: span.asked_to_end_at is None or span.asked_to_end_at >= at,
    )  # fmt: skip
    base, retained, kept = _retention(company, books, country)
    for figures in (base, retained, kept):
        yield from figures
    yield from divided("nrr", retained, base)
    yield from divided("grr", kept, base)


def _part_of_mrr(
    metric: str, company: Company, books: Books, country: dict[str, str], counts: Callable[[Span, int], bool]
) -> Iterator[Told]:
    """The MRR in force at each close of those spans that count, rounded as MRR is: per customer and row."""
    instants = [close.instant for close in books.months]
    entries = []
    for customer, spans in books.spans.items():
        cells: dict[tuple[int, Key], Fraction] = {}
        for span in spans:
            for at in range(bisect_right(instants, span.start), bisect_right(instants, span.end)):
                if span.net and counts(span, instants[at]):
                    cell = (at, (span.currency, span.product, span.plan))
                    cells[cell] = cells.get(cell, Fraction(0)) + span.net
        for (at, (currency, product, plan)), minor in cells.items():
            close = books.months[at]
            cents = company.rates.cents(half_away(minor), currency, company.rates.on(currency, close.day))
            where = country.get(customer, "Unknown")
            parts = {"product": product, "plan": plan, "country": where, "region": region_of(where),
                     "currency": currency}  # fmt: skip
            entries.append(Entry(close.month, parts, cents))
    months = [close.month for close in books.months]
    yield from summed(metric, SEGMENT, entries, months=months, per=100)


def _retention(
    company: Company, books: Books, country: dict[str, str]
) -> tuple[list[Told], list[Told], list[Told]]:
    """MRR of those who paid a year ago: then, now, and the smaller of both, all at the rate of then."""
    held = _holdings(books)
    sums: dict[tuple[date, str], list[Fraction]] = {}
    for then, close in zip(books.months, books.months[YEAR:], strict=False):
        for customer, before in held[then.month].items():
            now = held[close.month].get(customer, {})
            opening, closing = (_dollars(company, holding, then.day) for holding in (before, now))
            legs = sums.setdefault((close.month, country.get(customer, "Unknown")), [Fraction(0)] * 3)
            sums[close.month, country.get(customer, "Unknown")] = [
                leg + more for leg, more in zip(legs, (opening, closing, min(opening, closing)), strict=True)
            ]
    base, retained, kept = (
        list(summed(metric, ("country",), (
            Entry(month, {"country": where}, half_away(legs[at] * 100)) for (month, where), legs in sums.items()
        ), per=100))
        for at, metric in enumerate(("nrr_base_mrr", "nrr_retained_mrr", "grr_retained_mrr"))
    )  # fmt: skip
    return base, retained, kept


def _holdings(books: Books) -> dict[date, Holding]:
    held: dict[date, Holding] = {close.month: {} for close in books.months}
    for one in books.customers:
        if not one.is_within_month:
            for (currency, _, _), minor in one.rows.items():
                of = held[one.close.month].setdefault(one.customer, {})
                of[currency] = of.get(currency, 0) + minor
    return held


def _dollars(company: Company, holding: dict[str, int], day: date) -> Fraction:
    return sum(
        (Fraction(minor * company.rates.on(currency, day), RATE_UNIT * 10 ** EXPONENT[currency])
         for currency, minor in holding.items()), Fraction(0),
    )  # fmt: skip
