"""The company's ledger says what Stripe's objects say, customer by customer and month by month, to the cent."""

from __future__ import annotations

from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest

from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.closing import Books, close_books, who_is_who
from pipelines.sandbox.company.times import ANCHOR, DAY, at
from tests.sandbox.stripe_oracle import StripeOracle


def closings_from_stripe(company: Company, books: Books) -> dict[tuple[str, str], dict[tuple[str, str, str], int]]:
    """(customer, month) to minor units by (currency, product, plan), worked out from the JSON alone."""
    oracle = StripeOracle(company.book.objects)
    same, left_out = who_is_who(company)
    records = defaultdict(list)
    for vendor, kind, record in company.book.objects:
        if (vendor, kind) == ("stripe", "customer"):
            customer = same.get(("stripe", record), record)
            if customer not in left_out:
                records[customer].append(record)
    found: dict[tuple[str, str], dict[tuple[str, str, str], int]] = {}
    for customer, ids in records.items():
        for close in books.months:
            row = oracle.mrr_of(ids, close.instant)
            if row:
                found[(customer, close.month.isoformat())] = row
    return found


@pytest.mark.parametrize(
    ("zone", "until"),
    [
        pytest.param("America/New_York", ANCHOR, id="at birth"),
        pytest.param("America/New_York", at(2025, 7, 1, 4), id="exactly at a close, so that no month is partial"),
        pytest.param("America/New_York", ANCHOR + 40 * DAY, id="40 days later"),
        pytest.param("Asia/Tokyo", ANCHOR, id="where months close half a day earlier"),
    ],
)
def test_the_ledger_says_what_stripe_says(zone: str, until: int) -> None:
    company = simulate(20240101, "small", until)
    company.files["contracts"] = []
    books = close_books(company, ZoneInfo(zone))
    ledger = {
        (one.customer, one.close.month.isoformat()): one.rows
        for one in books.customers
        if one.closing and not one.is_within_month
    }
    stripe = closings_from_stripe(company, books)
    assert len(stripe) > 1000
    assert {key: row for key, row in stripe.items() if ledger.get(key) != row} == {}
    assert ledger.keys() - stripe.keys() == set()
