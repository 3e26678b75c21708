"""Sales' ARR: amounts of won deals, deal by deal, against what their customers pay."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pipelines.sandbox.company.catalog import EXPONENT
from pipelines.sandbox.company.contracts import Signed
from pipelines.sandbox.company.simulation import Booking
from pipelines.sandbox.reasons.accounts import Account, crm_accounts
from pipelines.sandbox.reasons.finance import less, rounding
from pipelines.sandbox.reasons.known import Known, cents
from pipelines.sandbox.reasons.reason import Reason

Booked = dict[tuple[str, str, str], int]
"""Cents by (system, record, customer)."""


def reasons(known: Known) -> Iterator[Reason]:
    """Each deal that is counted, then each subscription and contract of who pays, and what rounding did."""
    accounts = crm_accounts(known)
    of_agreement = {id(deal.agreement): deal.id for _, _, deal in known.deals()}
    booked: Booked = {}
    for booking in known.company.bookings:
        account = accounts.get(booking.account)
        if account is not None and account.is_counted and booking.kind in ("New Business", "Expansion"):
            yield from _deal(known, booking, account, of_agreement, booked)
    yield from _records(known, accounts, booked)
    yield from rounding("sales", known)


def _deal(
    known: Known, booking: Booking, account: Account, of_agreement: dict[int, str], booked: Booked
) -> Iterator[Reason]:
    def told(reason: str, amount: int) -> Reason:
        return Reason("sales", reason, "salesforce", booking.opportunity, account.customer, amount)

    amount = cents(Fraction(str(booking.amount)) * 100)
    if account.customer in known.left_out:
        yield told("internal_account", amount)
        return
    year, yearly, term = amount, _sold(booking), None
    if booking.signed is not None:
        term = _term_of(known, booking.signed)
        yearly = 12 * Fraction(str(term["monthly_amount"])) * 10 ** EXPONENT[booking.currency]
        at_crm_rate = Fraction(str(booking.amount)) / Fraction(str(booking.local))
        year = cents(yearly / 10 ** EXPONENT[booking.currency] * at_crm_rate * 100)
        yield told("total_contract_value", amount - year)
    standing = known.standing(account.customer)
    if term is not None and term["start_date"] > known.close.day:
        yield told("signed_not_live", year)
    elif standing != "active":
        yield told(standing if standing != "never" else "unexplained", year)
    else:
        now = known.dollars(yearly, booking.currency)
        yield told("rounding" if booking.currency == "usd" else "exchange_rate", year - now)
        record = ("files", _paid_by(known, term, account.customer)) if term else (
            "stripe", of_agreement[id(booking.agreement)])  # fmt: skip
        booked[*record, account.customer] = booked.get((*record, account.customer), 0) + now


def _sold(booking: Booking) -> Fraction:
    """What a year of it costs; of who began free instead, what the CRM says it would have cost."""
    if booking.agreement is not None and booking.kind == "New Business" and not booking.agreement.terms[0].gross:
        return Fraction(str(booking.local)) * Fraction(10) ** EXPONENT[booking.currency]
    return booking.yearly


def _term_of(known: Known, signed: Signed) -> dict[str, Any]:
    """Of several terms the one that runs, else the next, else the last."""
    today = known.close.day
    running = [term for term in signed.terms if term["start_date"] <= today]
    return running[-1] if running else signed.terms[0]


def _is_over(known: Known, term: dict[str, Any]) -> bool:
    return term["end_date"] is not None and term["end_date"] <= known.close.day


def _paid_by(known: Known, term: dict[str, Any], customer: str) -> str:
    """The contract that the customer pays by now: the term's own, or the one that renewed it."""
    if not _is_over(known, term):
        return str(term["contract_id"])
    now = [one.record for one in known.worths if one.system == "files" and one.customer == customer]
    return min(now, default=str(term["contract_id"]))


def _records(known: Known, accounts: dict[str, Account], booked: Booked) -> Iterator[Reason]:
    """What is booked against what is paid, of each subscription and contract of a customer that pays."""
    renewals = {
        term["contract_id"] for one in known.company.bookings if one.kind == "Renewal" and one.signed
        for term in one.signed.terms
    }  # fmt: skip
    stripe_of = {deal.id: client.desk.customer for client, _, deal in known.deals()}
    counted = {one.stripe or one.customer for one in accounts.values() if one.is_counted and not one.is_second}
    for worth in known.worths:
        if worth.customer not in known.certified:
            continue
        key = (worth.system, worth.record, worth.customer)
        has_account = stripe_of.get(worth.record, worth.customer) in counted
        if worth.record in renewals:
            why = "renewal_left_out"
        elif key in booked or has_account:
            why = "change_not_booked"
        else:
            why = "not_typed_customer" if worth.customer in known.paid else "timing"
        yield Reason("sales", why, worth.system, worth.record, worth.customer, booked.pop(key, 0) - worth.gross)
        yield from less("sales", worth)
    for (system, record, customer), amount in booked.items():
        yield Reason("sales", "change_not_booked", system, record, customer, amount)
