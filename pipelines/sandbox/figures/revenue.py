"""Revenue, invoiced and earned, from the diary's bills and the contracts: by product, plan, place and currency."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.history import Sale
from pipelines.sandbox.company.truth import RATE_UNIT
from pipelines.sandbox.figures.bills import Counted, counted_bills, rounded, shares
from pipelines.sandbox.figures.countries import countries
from pipelines.sandbox.figures.regions import region_of
from pipelines.sandbox.figures.told import Entry, Told, Values, summed

SEGMENT = ("product", "plan", "country", "region", "currency")
YEAR = 12
Bills = Sequence[tuple[Counted, Sequence[tuple[Sale, int]]]]


def told(books: Books, bills: Bills, earned: Iterable[Told]) -> Iterator[Told]:
    """Revenue invoiced and recognised, of each month, of the year so far, and of twelve months."""
    months = [close.month for close in books.months]
    yield from summed("invoiced_revenue", SEGMENT, _invoiced(bills), months=months, per=100)
    for figure in earned:
        yield figure
        yield Told("revenue_year_to_date", figure.by, _windows(figure.values, books, is_year=True))
        yield Told("revenue_twelve_months", figure.by, _windows(figure.values, books, is_year=False))


def counted(company: Company, books: Books) -> Bills:
    """The bills that count, each with what its sales come to in cents."""
    return [(one, list(shares(one))) for one in counted_bills(company, books)]


def recognized(company: Company, books: Books, bills: Bills) -> list[Told]:
    """Revenue of the service that was given in each month."""
    months = [close.month for close in books.months]
    entries = [*_earned(books, bills), *_signed(company, books)]
    return list(summed("recognized_revenue", SEGMENT, entries, months=months, per=100))


def earned_by_month(company: Company, books: Books) -> dict[date, int]:
    """The same undivided, in cents."""
    earned: dict[date, int] = {}
    for entry in (*_earned(books, counted(company, books)), *_signed(company, books)):
        earned[entry.month] = earned.get(entry.month, 0) + int(entry.amount)
    return earned


def _invoiced(bills: Bills) -> Iterator[Entry]:
    for one, sales in bills:
        if not one.bill.is_void:
            for sale, cents in sales:
                yield Entry(one.day.replace(day=1), one.parts | {"product": sale.product, "plan": sale.plan}, cents)


def _earned(books: Books, bills: Bills) -> Iterator[Entry]:
    """What was paid for, second by second of the time it pays for."""
    begins = month_begins(books)
    for one, sales in bills:
        if one.bill.paid_at is None:
            continue
        for sale, cents in sales:
            if cents:
                parts = one.parts | {"product": sale.product, "plan": sale.plan}
                for month, part in _spread(sale, cents, books, begins):
                    yield Entry(month, parts, part)


def _spread(sale: Sale, cents: int, books: Books, begins: Sequence[int]) -> Iterator[tuple[date, int]]:
    length = sale.end - sale.start
    at = bisect_right(begins, sale.start) - 1
    while 0 <= at < len(books.months):
        begin, end = begins[at], books.months[at].instant
        if length <= 0:
            if sale.start < end:
                yield books.months[at].month, cents
            return
        if begin >= sale.end or sale.start >= end:
            return
        until = rounded(cents * (min(sale.end, end) - sale.start), length)
        yield books.months[at].month, until - rounded(cents * (max(sale.start, begin) - sale.start), length)
        at += 1


def _signed(company: Company, books: Books) -> Iterator[Entry]:
    """Hand-signed contracts: the monthly amount, for as much of the month as they run."""
    _, left_out = who_is_who(company)
    country, begins = countries(company), month_begins(books)
    for row in company.files.get("contracts", []):
        if row["customer_id"] in left_out:
            continue
        start, end = (_midnight(row[name], books) for name in ("start_date", "end_date"))
        where = country.get(row["customer_id"], "Unknown")
        parts = {
            "product": row["product"], "plan": row["plan"], "country": where, "region": region_of(where),
            "currency": row["currency"],
        }  # fmt: skip
        for at, close in enumerate(books.months):
            seconds = min(end or close.instant, close.instant) - max(start or 0, begins[at])
            if seconds > 0:
                rate = company.rates.on(row["currency"], close.day)
                whole = Fraction(row["monthly_amount"]) * 100 * rate / RATE_UNIT
                part = whole * Fraction(seconds, begins[at + 1] - begins[at])
                yield Entry(close.month, parts, rounded(part.numerator, part.denominator))


def month_begins(books: Books) -> list[int]:
    """The first instant of each month, and that of the month after the last."""
    last = books.months[-1].month
    following = date(last.year + last.month // YEAR, last.month % YEAR + 1, 1)
    return [_midnight(day, books) or 0 for day in (*(close.month for close in books.months), following)]


def _midnight(day: date | None, books: Books) -> int | None:
    return int(datetime(day.year, day.month, day.day, tzinfo=books.zone).timestamp()) if day else None


def _windows(values: Values, books: Books, *, is_year: bool) -> Values:
    """Sums over the months of the year so far, or over twelve; a short window has no sum."""
    closes, first = books.months, books.months[0].month
    sums: dict[tuple[object, ...], Fraction] = {}
    for at, close in enumerate(closes):
        length = close.month.month if is_year else YEAR
        begin = at - length + 1
        if begin < 0 or closes[begin].month < first or not (is_year or close.is_complete):
            continue
        months = {each.month for each in closes[begin : at + 1]}
        for (month, *parts), value in values.items():
            if month in months:
                sums[close.month, *parts] = sums.get((close.month, *parts), Fraction(0)) + value
    return sums
