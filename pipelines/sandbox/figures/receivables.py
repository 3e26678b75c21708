"""What customers owe at each close, how late it is, what they are owed, and what their banks have taken back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.stripe_bodies import transaction_id
from pipelines.sandbox.figures.bills import Counted, counted_payments, local_day
from pipelines.sandbox.figures.countries import countries
from pipelines.sandbox.figures.regions import region_of
from pipelines.sandbox.figures.told import Entry, Told, divided, summed

PLACE = ("country", "region", "currency")
AGES = ((0, "Current"), (30, "1-30"), (60, "31-60"), (90, "61-90"))


def told(company: Company, books: Books, bills: Sequence[Counted]) -> Iterator[Told]:
    """Each close's debts by age; credits and disputes beside them."""
    owed, credit = list(_owed(company, books, bills)), list(_credit(company, books, bills))
    disputed = list(_disputed(company, books))
    # Of a close at which nothing is open in any of these ways nothing is told, as no row speaks of it.
    months = sorted({entry.month for entry in (*owed, *credit, *disputed)})
    late = [entry for entry in owed if entry.parts["bucket"] != "Current"]
    every = list(summed("receivables", ("bucket", *PLACE), owed, months=months, per=100))
    overdue = list(summed("overdue_receivables", ("bucket", *PLACE), late, months=months, per=100))
    yield from every
    yield from overdue
    yield from summed("customer_credits", PLACE, credit, months=months, per=100)
    yield from summed("disputed_payments", PLACE, disputed, months=months, per=100)
    yield from divided("overdue_share", overdue, (one for one in every if "bucket" not in one.by))


def bucket_of(days: int) -> str:
    """The age of a debt, by days past due."""
    return next((name for most, name in AGES if days <= most), "Over 90")


def _owed(company: Company, books: Books, bills: Sequence[Counted]) -> Iterator[Entry]:
    instants = [close.instant for close in books.months]
    for one in bills:
        bill = one.bill
        ends = [at for at in (bill.paid_at, bill.voided_at, bill.written_off_at) if at is not None]
        if bill.owed <= 0 or bill.finalized_at in ends:
            continue
        due = local_day(bill.due, books.zone)
        for close in books.months[bisect_right(instants, bill.finalized_at) :]:
            if all(end >= close.instant for end in ends):
                cents = _cents(company, bill.owed, bill.currency, close.day)
                yield Entry(close.month, one.parts | {"bucket": bucket_of((close.day - due).days)}, cents)


def _credit(company: Company, books: Books, bills: Sequence[Counted]) -> Iterator[Entry]:
    """What a bill below zero leaves, until later bills have used it: these ask for less than their total."""
    lives: dict[tuple[str, str], list[tuple[int, int]]] = {}
    parts = {}
    for one in bills:
        if not one.bill.is_void and one.bill.owed != one.bill.total:
            whose = (one.customer, one.bill.currency)
            lives.setdefault(whose, []).append((one.bill.finalized_at, one.bill.owed - one.bill.total))
            parts[whose] = one.parts
    for whose, changes in lives.items():
        for close in books.months:
            left = sum(change for at, change in changes if at < close.instant)
            if left > 0:
                yield Entry(close.month, parts[whose], _cents(company, left, whose[1], close.day))


def _disputed(company: Company, books: Books) -> Iterator[Entry]:
    same, _ = who_is_who(company)
    country = countries(company)
    paid = {receipt.id: receipt for receipt, _, _ in counted_payments(company, books)}
    for body in _disputes(company):
        receipt = paid.get(body["charge"])
        if receipt is None:
            continue
        where = country.get(same.get(("stripe", receipt.customer), receipt.customer), "Unknown")
        parts = {"country": where, "region": region_of(where), "currency": receipt.currency}
        end = _decided(company, body)
        for close in books.months:
            if body["created"] < close.instant and (end is None or end >= close.instant):
                yield Entry(close.month, parts, _cents(company, body["amount"], receipt.currency, close.day))


def _disputes(company: Company) -> Sequence[dict[str, Any]]:
    return [held.body for (_, kind, _), held in company.book.objects.items() if kind == "dispute"]


def _decided(company: Company, body: dict[str, Any]) -> int | None:
    """When the money came back; of a lost one only until when it could be answered is known."""
    if body["status"] == "won":
        return company.book.objects["stripe", "balance_transaction", transaction_id(str(body["id"]), "won")].created
    return body["evidence_details"]["due_by"] if body["status"] == "lost" else None


def _cents(company: Company, minor: int, currency: str, day: date) -> int:
    return company.rates.cents(minor, currency, company.rates.on(currency, day))
