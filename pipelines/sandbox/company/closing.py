"""Closing the books: the ledger's months and customers, from the diary, the contracts and the identity file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.sandbox.company.catalog import EXPONENT
from pipelines.sandbox.company.history import Agreement, Term
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.spans import Span, spans_of
from pipelines.sandbox.company.truth import Close, CustomerLife, CustomerMonth, closes


@dataclass(frozen=True)
class Books:
    """The closed books: months in order, each customer's months with MRR in them, and what was signed by hand.

    Days are those of the zone.
    """

    zone: ZoneInfo
    months: list[Close]
    customers: list[CustomerMonth]
    spans: dict[str, list[Span]]
    invoiced: dict[date, int]
    cash: dict[date, int]
    by_hand: list[Agreement]


def who_is_who(company: Company) -> tuple[dict[tuple[str, str], str], set[str]]:
    """Customer of each (source, id) that the identity file names, and the ids that are left out of every figure."""
    known = [one for one in company.identities if one.known_at <= company.until]
    same = {(one.source, one.source_id): one.customer_id for one in known}
    left_out = {one.customer_id for one in known if one.kind != "customer"}
    return same, left_out


def close_books(company: Company, zone: ZoneInfo) -> Books:
    """Everything the ledger says, as of the company's instant."""
    months = closes(zone, company.until)
    same, left_out = who_is_who(company)
    spans: dict[str, list[Span]] = {}
    by_hand = list(_contracts(company, zone))
    for agreement in [*company.diary.agreements, *by_hand]:
        customer = same.get(("stripe", agreement.customer), agreement.customer)
        if customer not in left_out:
            spans.setdefault(customer, []).extend(spans_of(agreement))
    lives = (CustomerLife(name, parts, months, company.rates) for name, parts in spans.items())
    customers = [month for life in lives for month in life.lived()]
    cash = {close.month: cash_at(company, close.day) for close in months}
    return Books(zone, months, customers, spans, _invoiced(company, months, zone), cash, by_hand)


def _contracts(company: Company, zone: ZoneInfo) -> Iterator[Agreement]:
    """Hand-signed terms: from local midnight of the first day to local midnight of the end date."""
    for row in company.files.get("contracts", []):
        minor = Fraction(row["monthly_amount"]) * 10 ** EXPONENT[row["currency"]]
        term = Term(_midnight(row["start_date"], zone), row["contract_id"], row["product"], row["plan"], minor)
        end = _midnight(row["end_date"], zone) if row["end_date"] else None
        yield Agreement(row["customer_id"], row["currency"], [term], ended_at=end)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _invoiced(company: Company, months: list[Close], zone: ZoneInfo) -> dict[date, int]:
    """Dollar cents invoiced in each month."""
    same, left_out = who_is_who(company)
    invoiced = {close.month: 0 for close in months}
    for bill in company.diary.bills:
        if bill.is_void or same.get(("stripe", bill.customer), bill.customer) in left_out:
            continue
        day = datetime.fromtimestamp(bill.finalized_at, UTC).astimezone(zone).date()
        if day.replace(day=1) in invoiced:
            rate = company.rates.on(bill.currency, day)
            invoiced[day.replace(day=1)] += company.rates.cents(bill.net, bill.currency, rate)
    return invoiced


def cash_at(company: Company, day: date) -> int:
    """Dollar cents at the day's close: each account's latest balance on or before it, at the day's rate."""
    latest: dict[str, dict[str, Any]] = {}
    for row in company.files.get("bank_balances", []):
        if row["balance_date"] <= day:
            latest[row["account"]] = row
    return sum(
        company.rates.cents(row["minor"], row["currency"], company.rates.on(row["currency"], day))
        for row in latest.values()
    )
