"""Each customer's life, close by close, and the cohorts of those who came in one month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.catalog import EXPONENT
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.truth import RATE_UNIT, half_away
from pipelines.sandbox.figures.countries import countries
from pipelines.sandbox.figures.regions import region_of
from pipelines.sandbox.figures.told import Told

PLACE = ("country", "region")


@dataclass
class Life:
    """One customer, counted from the month it first had MRR in (`began`, by its place among the months).

    Attributes:
        first: cents of MRR that it came with.
        closes: age in months → its rows in minor units and its cents at the close; only closes with MRR.
    """

    customer: str
    began: int
    first: int
    closes: dict[int, tuple[dict[str, int], int]] = field(default_factory=dict)

    @cached_property
    def lasted(self) -> int:
        """Closes in a row with MRR, from the first one on."""
        age = 0
        while age in self.closes:
            age += 1
        return age


def lives(books: Books) -> list[Life]:
    """All customers whose first month is over."""
    at = {close.month: number for number, close in enumerate(books.months)}
    found: dict[str, Life] = {}
    for one in books.customers:
        if one.close.is_complete:
            life = found.get(one.customer)
            if life is None:
                first = sum(one.leg_of(key, "new") for key in one.parts)
                life = found[one.customer] = Life(one.customer, at[one.close.month], first)
            if one.closing > 0:
                minor: dict[str, int] = {}
                for (currency, _, _), amount in one.rows.items():
                    minor[currency] = minor.get(currency, 0) + amount
                life.closes[at[one.close.month] - life.began] = (minor, one.closing)
    return list(found.values())


def complete_count(books: Books) -> int:
    """How many months are over."""
    return sum(1 for close in books.months if close.is_complete)


def told(company: Company, books: Books, known: Sequence[Life]) -> Iterator[Told]:
    """What is left of each cohort's customers, and of the money it came with, by age."""
    country = countries(company)
    cells: dict[tuple[int, str], list[list[Fraction]]] = {}
    for life in known:
        where = country.get(life.customer, "Unknown")
        for age, row in enumerate(cells.setdefault((life.began, where), _empty(books, life.began))):
            row[0] += 1
            row[2] += life.first
            if age in life.closes:
                row[1] += 1
                row[3] += _dollars(company, books, life, age)
    for by in ((), *((name,) for name in PLACE), PLACE):
        yield from _retention(books, by, cells)


def _empty(books: Books, began: int) -> list[list[Fraction]]:
    """At each age that the cohort has reached: customers at first and now, cents at first, exact dollars now."""
    return [[Fraction(0)] * 4 for _ in range(complete_count(books) - began)]


def _retention(
    books: Books, by: tuple[str, ...], cells: Mapping[tuple[int, str], list[list[Fraction]]]
) -> Iterator[Told]:
    """What is kept is rounded country by country, as money is; then a cohort's countries add up."""
    sums: dict[tuple[object, ...], list[int]] = {}
    for (began, where), rows in cells.items():
        named = {"country": where, "region": region_of(where)}
        for age, (base, kept, first, left) in enumerate(rows):
            held = sums.setdefault((books.months[began].month, age, *(named[name] for name in by)), [0] * 4)
            for place, amount in enumerate((int(base), int(kept), int(first), half_away(left * 100))):
                held[place] += amount
    people = {key: Fraction(kept, base) for key, (base, kept, _, _) in sums.items() if base > 0}
    money = {key: Fraction(left, first) for key, (_, _, first, left) in sums.items() if first > 0}
    yield Told("customer_retention", by, people)
    yield Told("money_retention", by, money)


def _dollars(company: Company, books: Books, life: Life, age: int) -> Fraction:
    """MRR at the close of that age, at the rate at which the cohort's month opened."""
    day = books.months[life.began - 1].day if life.began else date.fromordinal(books.months[0].month.toordinal() - 1)
    return sum(
        (Fraction(minor * company.rates.on(currency, day), RATE_UNIT * 10 ** EXPONENT[currency])
         for currency, minor in life.closes[age][0].items()), Fraction(0),
    )  # fmt: skip
