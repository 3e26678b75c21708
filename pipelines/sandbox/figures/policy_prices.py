"""The prices that were agreed, one after the other, and what was used, with all that policies ask of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.history import Agreement, Bill, Debt, Given, Sale
from pipelines.sandbox.company.spans import FOREVER
from pipelines.sandbox.company.truth import Key

DAY = 86400
Line = tuple[Bill, Sale]


@dataclass(frozen=True)
class Price:
    """An item's price from `start` to `end`, or with what follows to `holds_until`, when the period that was paid ends.

    `gross` and the coupon's `cut` are a month's, in minor units. `is_plain`: no policy counts it otherwise than ours.
    """

    customer: str
    key: Key
    start: int
    end: int
    holds_until: int
    gross: Fraction
    cut: Fraction = Fraction(0)
    coupon: Given | None = None
    period_end: int = FOREVER
    is_void: bool = False
    trial_until: int | None = None
    asked_at: int | None = None
    unpaid_since: int | None = None
    debts: tuple[Debt, ...] = ()
    is_plain: bool = True

    @property
    def net(self) -> Fraction:
        """A month less the coupon, while it lasts."""
        return self.gross - self.cut

    def owes(self, now: int, grace: int) -> bool:
        """Whether an invoice has been due for longer than the grace, just before an instant."""
        return owes(self.debts, now, grace)


@dataclass(frozen=True)
class Usage:
    """What a metered item was last billed, after the coupon, made a `month`."""

    customer: str
    key: Key
    start: int
    until: int
    month: Fraction
    debts: tuple[Debt, ...]

    def owes(self, now: int, grace: int) -> bool:
        """Whether an invoice has been due for longer than the grace, just before an instant."""
        return owes(self.debts, now, grace)


def owes(debts: tuple[Debt, ...], now: int, grace: int) -> bool:
    return any(debt.due + grace < now and (debt.paid_at is None or now <= debt.paid_at) for debt in debts)


def after_coupon(bill: Bill, amount: int) -> int | Fraction:
    """A line's amount less its part of what the bill's coupon takes off."""
    if bill.coupon is None:
        return amount
    whole = sum(sale.amount for sale in bill.sales)
    return Fraction(amount * bill.net, whole) if whole else amount


def counted_bills(company: Company) -> Iterator[tuple[str, Agreement, Bill]]:
    """Bills of agreements that count, with whose they are, in the order of being made up."""
    same, left_out = who_is_who(company)
    for bill in company.diary.bills:
        customer = same.get(("stripe", bill.customer), bill.customer)
        if bill.agreement is not None and not bill.agreement.is_incomplete and customer not in left_out:
            yield customer, bill.agreement, bill


def agreed(company: Company, books: Books) -> Iterator[Price]:
    """Every price that was in force, and the hand-signed contracts."""
    same, left_out = who_is_who(company)
    paid_back = {receipt.bill for receipt in company.diary.receipts if receipt.kind == "refund"}
    for customer, agreement, bills in _agreements(company):
        for lines in _items(bills).values():
            yield from _prices(customer, agreement, bills, lines, paid_back)
    for contract in books.by_hand:
        customer = same.get(("stripe", contract.customer), contract.customer)
        [term] = contract.terms
        end = FOREVER if contract.ended_at is None else contract.ended_at
        if customer not in left_out and term.gross is not None:
            yield Price(customer, (contract.currency, term.product, term.plan), term.start, end, end, term.gross)


def _agreements(company: Company) -> Iterator[tuple[str, Agreement, list[Bill]]]:
    found: dict[int, tuple[str, Agreement, list[Bill]]] = {}
    for customer, agreement, bill in counted_bills(company):
        found.setdefault(id(agreement), (customer, agreement, []))[2].append(bill)
    yield from found.values()


def _items(bills: list[Bill]) -> dict[str, dict[int, Line]]:
    """Of each item, the line that holds from each instant on: that of the last bill which speaks of it."""
    items: dict[str, dict[int, Line]] = {}
    for bill in bills:
        licensed = [sale for sale in bill.sales if sale.price is not None and sale.price.usage == "licensed"]
        kept = {sale.item: sale for sale in licensed if sale.amount >= 0}
        taken_off = {sale.item: sale for sale in licensed if sale.amount < 0 and sale.item not in kept}
        for item, sale in (*kept.items(), *taken_off.items()):
            items.setdefault(item, {})[sale.start] = (bill, sale)
    return items


def _prices(
    customer: str, agreement: Agreement, bills: list[Bill], lines: dict[int, Line], paid_back: set[str]
) -> Iterator[Price]:
    over = FOREVER if agreement.ended_at is None else agreement.ended_at
    failed = [bill.failed_at for bill in bills if bill.failed_at is not None and bill.paid_at is None]
    unpaid_since = max(failed, default=None) if agreement.is_marked_unpaid else None
    debts = tuple(debt for debt in agreement.debts if debt.paid_at is None or debt.paid_at > debt.due)
    for start, following in pairwise((*sorted(lines), FOREVER)):
        bill, sale = lines[start]
        if sale.amount < 0 or sale.price is None or start >= over:
            continue
        end = min(following, over)
        is_settled = sale.price.interval == "year" and bill.id in paid_back
        holds_until = sale.end if over < following and sale.end > end and not is_settled else end
        is_plain = unpaid_since is None and holds_until == end and _is_plain(agreement, bill, debts, start, end)
        yield Price(
            customer, (agreement.currency, sale.product, sale.plan), start, end, holds_until, sale.gross,
            _cut(bill, sale), bill.coupon, sale.end, bill.is_void, agreement.trial_until, agreement.asked_to_end_at,
            unpaid_since, debts, is_plain)  # fmt: skip


def _is_plain(agreement: Agreement, bill: Bill, debts: tuple[Debt, ...], start: int, end: int) -> bool:
    """Whether nothing is known of a price that any policy would count otherwise than ours."""
    if bill.is_void or (agreement.trial_until or 0) > start or (agreement.asked_to_end_at or FOREVER) < end:
        return False
    if bill.coupon is not None and (bill.coupon.duration != "forever" or bill.coupon.start > start):
        return False
    return not any(debt.due < end and (debt.paid_at or FOREVER) > start for debt in debts)


def _cut(bill: Bill, sale: Sale) -> Fraction:
    """What the bill's coupon takes off a month of one item: an amount is shared by what items cost."""
    if bill.coupon is None or sale.price is None:
        return Fraction(0)
    if bill.coupon.percent is not None:
        return sale.gross * bill.coupon.percent / 100
    kept = {other.item: other.gross for other in bill.sales if other.amount >= 0}
    whole = sum(kept.values(), Fraction(0))
    if not whole:
        return Fraction(0)
    return min(sale.gross, (bill.coupon.amount_off or 0) * sale.price.per_month * sale.gross / whole)


def used(company: Company) -> Iterator[Usage]:
    """What each metered item was billed, until it is billed again; for two of its periods at most."""
    for customer, agreement, bills in _agreements(company):
        lines: dict[str, list[Line]] = {}
        for bill in bills:
            for sale in bill.sales:
                if sale.price is not None and sale.price.usage == "metered" and not bill.is_void:
                    lines.setdefault(sale.item, []).append((bill, sale))
        for of_item in lines.values():
            ends = [bill.made_at for bill, _ in of_item[1:]] + [FOREVER]
            for (bill, sale), following in zip(of_item, ends, strict=True):
                until = min(following, agreement.ended_at or FOREVER, bill.made_at + 2 * (sale.end - sale.start))
                month = Fraction(after_coupon(bill, sale.amount)) * (sale.price.per_month if sale.price else 0)
                yield Usage(customer, (agreement.currency, sale.product, sale.plan), bill.made_at, until, month,
                            tuple(agreement.debts))  # fmt: skip
