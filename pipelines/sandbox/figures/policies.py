"""MRR by other people's policies, from what was agreed and billed: docs/mrr_policies.md says what each vendor counts.

A policy of prices asks of each price in force at a close whether it counts; one of charges adds up what was charged.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.history import Given
from pipelines.sandbox.company.truth import Key, half_away
from pipelines.sandbox.figures.policy_charges import Cents, charged
from pipelines.sandbox.figures.policy_prices import DAY, Price, agreed, used
from pipelines.sandbox.figures.told import Told

BY_PRICES = ("stripe", "chartmogul", "profitwell")
LASTING = ("forever", "repeating")


Where = tuple[int, str, Key]
"""A close, a customer, and one currency, product and plan of it: what is rounded together."""


def told(company: Company, books: Books) -> Iterator[Told]:
    """MRR by each policy, month by month and in each currency, in dollars."""
    cents: dict[str, Cents] = {"plumbline": {}, **_by_prices(company, books), **charged(company, books)}
    at_month = {close.month: at for at, close in enumerate(books.months)}
    for one in books.customers:
        for (currency, _, _), part in one.parts.items():
            where = (at_month[one.close.month], currency)
            cents["plumbline"][where] = cents["plumbline"].get(where, 0) + part.closing
    known = {where for sums in cents.values() for where in sums}
    whole: dict[tuple[Any, ...], int] = {}
    apart: dict[tuple[Any, ...], int] = {}
    for policy, sums in cents.items():
        for at, currency in known:
            month, amount = books.months[at].month, sums.get((at, currency), 0)
            whole[month, policy] = whole.get((month, policy), 0) + amount
            apart[month, policy, currency] = amount
    for by, amounts in ((("policy",), whole), (("policy", "currency"), apart)):
        yield Told("mrr_by_policy", by, {key: Fraction(amount, 100) for key, amount in amounts.items()})


def _by_prices(company: Company, books: Books) -> dict[str, Cents]:
    """Cents of each close by each policy of prices, rounded per customer, currency, product and plan."""
    instants = [close.instant for close in books.months]
    same: dict[Where, Fraction] = {}
    otherwise: dict[Where, dict[str, Fraction]] = {}
    for price in agreed(company, books):
        for at in range(bisect_right(instants, price.start), bisect_right(instants, price.holds_until)):
            where = (at, price.customer, price.key)
            if price.is_plain:
                same[where] = same[where] + price.net if where in same else price.net
                continue
            cell = otherwise.setdefault(where, dict.fromkeys(BY_PRICES, Fraction(0)))
            for policy in BY_PRICES:
                cell[policy] += _counts(policy, price, instants[at])
    for usage in used(company):
        for at in range(bisect_right(instants, usage.start), bisect_right(instants, usage.until)):
            if not usage.owes(instants[at], 15 * DAY):
                where = (at, usage.customer, usage.key)
                otherwise.setdefault(where, dict.fromkeys(BY_PRICES, Fraction(0)))["profitwell"] += usage.month
    sums: dict[str, Cents] = {policy: {} for policy in BY_PRICES}
    for where in same.keys() | otherwise.keys():
        at, _, (currency, _, _) = where
        day, plain = books.months[at].day, same.get(where, Fraction(0))
        if where not in otherwise:
            cents = _cents(company, half_away(plain), currency, day)
        for policy in BY_PRICES:
            if where in otherwise:
                cents = _cents(company, half_away(plain + otherwise[where][policy]), currency, day)
            sums[policy][at, currency] = sums[policy].get((at, currency), 0) + cents
    return sums


def _cents(company: Company, minor: int, currency: str, day: date) -> int:
    return company.rates.cents(minor, currency, company.rates.on(currency, day))


def _counts(policy: str, price: Price, now: int) -> Fraction:
    """What a price counts at a close, by a vendor's own words."""
    if price.trial_until is not None and now <= price.trial_until:
        return Fraction(0)
    has_ended = now > price.end
    if policy == "stripe":
        is_unpaid = price.unpaid_since is not None and price.unpaid_since < now
        is_leaving = price.asked_at is not None and price.asked_at < now
        if has_ended or is_unpaid or is_leaving:
            return Fraction(0)
        return max(price.gross - _off(price, now, ("forever",)), Fraction(0))
    if policy == "chartmogul" and has_ended:
        return Fraction(0)
    if policy == "profitwell" and (price.is_void or price.owes(now, 15 * DAY)):
        return Fraction(0)
    return max(price.gross - _off(price, now, (*LASTING, "once")), Fraction(0))


def _off(price: Price, now: int, durations: tuple[str, ...]) -> Fraction:
    """What the coupon takes off the month, if it is of such a duration and in force."""
    coupon: Given | None = price.coupon
    if coupon is None or coupon.duration not in durations:
        return Fraction(0)
    end = price.period_end if coupon.duration == "once" else coupon.end
    if coupon.start >= now or (end is not None and end < now):
        return Fraction(0)
    return price.cut
