"""What customers paid through Stripe, and how many of their payments failed."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.figures.bills import counted_payments, local_day
from pipelines.sandbox.figures.countries import countries
from pipelines.sandbox.figures.regions import region_of
from pipelines.sandbox.figures.told import Entry, Told, summed

PLACE = ("country", "region", "currency")


def told(company: Company, books: Books) -> Iterator[Told]:
    """Each month's payments and failures; a month with one of the two is known of both."""
    paid, failed = list(_paid(company, books)), list(_failed(company, books))
    months = sorted({entry.month for entry in (*paid, *failed)})
    yield from summed("payments_received", PLACE, paid, months=months, per=100)
    yield from summed("failed_payments", PLACE, failed, months=months)


def _paid(company: Company, books: Books) -> Iterator[Entry]:
    same, _ = who_is_who(company)
    country = countries(company)
    for receipt, day, cents in counted_payments(company, books):
        where = country.get(same.get(("stripe", receipt.customer), receipt.customer), "Unknown")
        yield Entry(day.replace(day=1), _parts(where, receipt.currency), cents)


def _failed(company: Company, books: Books) -> Iterator[Entry]:
    """From Stripe's objects: the diary notes of a bill only that it failed last, not how often."""
    same, left_out = who_is_who(company)
    country = countries(company)
    for (_, kind, _), held in company.book.objects.items():
        if kind != "charge" or held.body["status"] != "failed":
            continue
        customer = same.get(("stripe", held.body["customer"]), held.body["customer"])
        if customer not in left_out:
            month = local_day(held.body["created"], books.zone).replace(day=1)
            yield Entry(month, _parts(country.get(customer, "Unknown"), held.body["currency"]), 1)


def _parts(country: str, currency: str) -> dict[str, str]:
    return {"country": country, "region": region_of(country), "currency": currency}
