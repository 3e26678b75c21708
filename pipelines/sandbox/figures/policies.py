"""MRR by other people's policies, from what was agreed and billed: docs/mrr_policies.md says what each vendor counts.

A policy of prices asks of each price in force at a close whether it counts; one of charges adds up what was charged.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.history import Given
from pipelines.sandbox.company.money import half_away
from pipelines.sandbox.company.truth import Key
from pipelines.sandbox.figures.policy_charges import charged
from pipelines.sandbox.figures.policy_prices import DAY, Price, agreed, used
from pipelines.sandbox.figures.told import Told

BY_PRICES = ("stripe", "chartmogul", "profitwell")
LASTING = ("forever", "repeating")


@dataclass
class Cell:
    """What a customer has of one product and plan at a close, in minor units: the same by all policies, and what is not."""

    same: Fraction = Fraction(0)
    otherwise: dict[str, Fraction] = field(default_factory=dict)

    def of(self, policy: str) -> Fraction:
        return self.same + self.otherwise.get(policy, Fraction(0))


def told(company: Company, books: Books) -> Iterator[Told]:
    """MRR by each policy, month by month, in dollars."""
    months = [close.month for close in books.months]
    values = {("plumbline", month): 0 for month in months}
    for one in books.customers:
        values["plumbline", one.close.month] += one.closing
    for policy, cents in _by_prices(company, books).items():
        values |= {(policy, month): amount for month, amount in zip(months, cents, strict=True)}
    for policy, cents in charged(company, books).items():
        values |= {(policy, month): amount for month, amount in zip(months, cents, strict=True)}
    amounts = {(month, policy): Fraction(cents, 100) for (policy, month), cents in values.items()}
    yield Told("mrr_by_policy", ("policy",), amounts)


def _by_prices(company: Company, books: Books) -> dict[str, list[int]]:
    """Cents of each close by each policy of prices, rounded per customer, currency, product and plan."""
    instants = [close.instant for close in books.months]
    cells: dict[tuple[int, str, Key], Cell] = {}
    for price in agreed(company, books):
        for at in range(bisect_right(instants, price.start), bisect_right(instants, price.holds_until)):
            cell = cells.setdefault((at, price.customer, price.key), Cell())
            if price.is_plain:
                cell.same += price.gross - _off(price, instants[at], LASTING)
                continue
            for policy in BY_PRICES:
                cell.otherwise[policy] = cell.otherwise.get(policy, Fraction(0)) + _counts(policy, price, instants[at])
    for usage in used(company):
        for at in range(bisect_right(instants, usage.start), bisect_right(instants, usage.until)):
            if not usage.owes(instants[at], 15 * DAY):
                cell = cells.setdefault((at, usage.customer, usage.key), Cell())
                cell.otherwise["profitwell"] = cell.otherwise.get("profitwell", Fraction(0)) + usage.month
    sums = {policy: [0] * len(instants) for policy in BY_PRICES}
    for (at, _, key), cell in cells.items():
        day = books.months[at].day
        for policy in BY_PRICES:
            sums[policy][at] += _cents(company, half_away(cell.of(policy)), key[0], day)
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
