"""What the board's budget asked for, what was spent, and what lies between, from the company's own files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.told import Entry, Told, combined, divided, summed

MEASURED = ("ARR", "Revenue")
LINE = ("budget_line",)


def told(company: Company, books: Books, earned: Iterable[Told]) -> Iterator[Told]:
    """Spend, the budget of ARR, of revenue and of spend, and how far each was from it."""
    yield from summed("spend", ("department", "category", "product"), spent(company), per=100)
    complete = {close.month for close in books.months if close.is_complete}
    actual = {"arr": _arr(books, complete), "revenue": _revenue(earned, complete), "spend": _costs(company)}
    for stem, made in actual.items():
        cut = LINE if stem == "spend" else ()
        planned = list(summed(f"{stem}_budget", cut, _planned(company, books, stem), per=100))
        yield from planned
        booked = {key[0] for one in made for key in one.values}
        known = [
            Told(one.metric, one.by, {key: value for key, value in one.values.items() if key[0] in booked})
            for one in planned
        ]
        variance = list(combined(f"{stem}_variance", (1, made), (-1, known)))
        yield from variance
        yield from divided(f"{stem}_variance_relative", variance, known)


def spent(company: Company) -> Iterator[Entry]:
    """The rows of the costs' file, in cents."""
    for row in company.files["costs"]:
        parts = {
            "department": row["department"], "category": row["category"],
            "product": row["product"] or "Not allocated", "budget_line": row["department"],
        }  # fmt: skip
        yield Entry(row["month"], parts, int(Fraction(row["amount"]) * 100))


def _planned(company: Company, books: Books, stem: str) -> Iterator[Entry]:
    months = {close.month for close in books.months}
    for row in company.files["budget"]:
        of = row["line"].lower() if row["line"] in MEASURED else "spend"
        if of == stem and row["month"] in months:
            yield Entry(row["month"], {"budget_line": row["line"]}, int(Fraction(row["amount"]) * 100))


def _arr(books: Books, complete: set[date]) -> list[Told]:
    entries = [Entry(one.close.month, {}, 12 * one.closing) for one in books.customers if one.close.month in complete]
    return list(summed("", (), entries, months=complete, per=100))


def _revenue(earned: Iterable[Told], complete: set[date]) -> list[Told]:
    return [
        Told("", (), {key: value for key, value in one.values.items() if key[0] in complete})
        for one in earned
        if not one.by
    ]


def _costs(company: Company) -> list[Told]:
    return list(summed("", LINE, spent(company), per=100))
