"""Who opened an account in the product."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.production import accounts
from pipelines.sandbox.figures.bills import local_day
from pipelines.sandbox.figures.regions import region_of
from pipelines.sandbox.figures.told import Entry, Told, summed


def told(company: Company, books: Books) -> Iterator[Told]:
    """Each month's accounts but our own, whether they say so themselves or only the identity file does."""
    opened = list(_opened(company, books))
    yield from summed("sign_ups", ("country", "region"), opened, months=sorted({entry.month for entry in opened}))


def _opened(company: Company, books: Books) -> Iterator[Entry]:
    same, left_out = who_is_who(company)
    for number, tenant in accounts(company):
        stripe = same.get(("stripe", tenant.stripe or ""), tenant.stripe or str(number))
        customer = same.get(("production", str(number)), stripe)
        if not tenant.is_internal and customer not in left_out:
            month = local_day(tenant.created, books.zone).replace(day=1)
            yield Entry(month, {"country": tenant.country, "region": region_of(tenant.country)}, 1)
