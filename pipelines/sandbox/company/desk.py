"""The billing desk of one Stripe customer: its queue of things to do, its subscriptions and their state."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipelines.sandbox.company.book import Body, Book, StripeLog
from pipelines.sandbox.company.catalog import Coupon, Plan
from pipelines.sandbox.company.dice import token
from pipelines.sandbox.company.history import Agreement, Bill, Debt, Diary
from pipelines.sandbox.company.stripe_bodies import (
    customer_body,
    discount_body,
    item_body,
    listed,
    plan_body,
)


@dataclass(frozen=True)
class Outcome:
    """How an invoice will be paid: at once, after `delay` seconds, or never (then `end` after the delay).

    `end`: cancel, cancel_writeoff, unpaid, writeoff, leave.
    """

    kind: str = "ok"  # ok, late, never
    delay: int = 0
    end: str = "leave"
    failure: str = "card_declined"


Payer = Callable[[int], Outcome]


def pays_at_once(_: int) -> Outcome:
    return Outcome()


@dataclass
class Discount:
    id: str
    coupon: Coupon
    start: int
    end: int | None
    body: Body


@dataclass
class Item:
    id: str
    plan: Plan
    quantity: int
    body: Body


@dataclass(frozen=True)
class Line:
    """A line to be billed; `quantity` is None for metered usage."""

    item: Item
    plan: Plan
    quantity: int | None
    amount: int
    period: tuple[int, int]
    text: str
    proration: bool = False


@dataclass
class Invoice:
    body: Body
    lines: tuple[Line, ...] = ()
    discount: Discount | None = None
    bill: Bill | None = None
    debt: Debt | None = None
    is_void_at_once: bool = False


@dataclass
class Deal:
    """One subscription as the desk runs it."""

    id: str
    body: Body
    agreement: Agreement
    items: list[Item]
    anchor: int
    start: int
    end: int
    payer: Payer
    by_invoice: bool = False
    cycle: int = 0
    discount: Discount | None = None
    next_coupon: Coupon | None = None
    open: list[Invoice] = field(default_factory=list)
    is_broken: bool = False
    is_paused: bool = False
    last_paid: Invoice | None = None
    changed_at: int = 0

    @property
    def status(self) -> str:
        return str(self.body["status"])

    @property
    def is_over(self) -> bool:
        return self.body["ended_at"] is not None

    @property
    def is_healthy(self) -> bool:
        """Active, not paused, nothing owed, not about to end: fit for a change of plan."""
        return (self.status == "active" and not self.is_broken and not self.is_paused
                and not self.body["cancel_at_period_end"])  # fmt: skip


class Desk:
    """Acts in the order of time; `live(until)` does all that is due by then."""

    def __init__(self, book: Book, diary: Diary, key: str, now: int, profile: dict[str, Any], currency: str) -> None:
        self.key, self.currency, self.diary = key, currency, diary
        self.tax = int(profile.get("tax", 0))
        self.card = {"brand": profile.get("brand", "visa"), "country": profile["address"]["country"],
                     "exp_month": 8, "exp_year": 2030, "funding": "credit", "last4": profile.get("last4", "4242"),
                     "network": profile.get("brand", "visa")}  # fmt: skip
        self.log = StripeLog(book, key)
        self.customer = token("cus_", 14, key)
        self.body = customer_body(self.customer, now, profile, currency)
        self.deals: list[Deal] = []
        self.invoices: list[Invoice] = []
        self.first_paid_at: int | None = None
        self.leaving: list[tuple[int, int]] = []  # when the customer made up its mind, and when it means to say so
        self._made = 0
        self._queue: list[tuple[int, int, Callable[[int], None]]] = []
        self._asked = 0
        self.log.put("customer", self.body, now, "customer.created")

    def id(self, prefix: str, width: int = 14) -> str:
        self._made += 1
        return token(prefix, width, self.key, self._made)

    def later(self, when: int, act: Callable[[int], None]) -> None:
        self._asked += 1
        heapq.heappush(self._queue, (when, self._asked, act))

    def live(self, until: int) -> None:
        """Do everything that is due up to and including `until`, then hand all papers in."""
        while self._queue and self._queue[0][0] <= until:
            when, _, act = heapq.heappop(self._queue)
            act(when)
        paid = [one.body["status_transitions"]["paid_at"] for one in self.invoices if one.body["amount_paid"]]
        self.first_paid_at = min(paid, default=None)
        self.log.settle()
        self.invoices.clear()
        self._queue.clear()
        for deal in self.deals:
            deal.open, deal.last_paid = [], None

    def customer_changed(self, now: int) -> None:
        self.log.put("customer", self.body, now, "customer.updated")

    def put_deal(self, deal: Deal, now: int, event: str = "customer.subscription.updated") -> None:
        """Write the subscription as it now stands."""
        body = deal.body
        body["items"] = listed([item.body for item in deal.items], f"/v1/subscription_items?subscription={deal.id}")
        body["current_period_start"], body["current_period_end"] = deal.start, deal.end
        body["discount"] = deal.discount.body if deal.discount else None
        single = deal.items[0] if len(deal.items) == 1 else None
        body["plan"] = plan_body(single.plan) if single else None
        body["quantity"] = single.quantity if single else None
        deal.changed_at = now
        self.log.put("subscription", body, now, event)

    def new_item(self, subscription: str, plan: Plan, quantity: int, now: int) -> Item:
        item = self.id("si_")
        shown = None if plan.usage == "metered" else quantity
        return Item(item, plan, quantity, item_body(item, subscription, plan, shown, now))

    def new_discount(self, deal_id: str, coupon: Coupon, now: int, end: int | None) -> Discount:
        discount = self.id("di_1", 23)
        return Discount(discount, coupon, now, end, discount_body(discount, coupon, self.customer, deal_id, now, end))

    def close(self, deal: Deal, now: int, status: str = "canceled") -> None:
        """The subscription ends now."""
        deal.body.update(status=status, ended_at=now, canceled_at=deal.body["canceled_at"] or now)
        deal.agreement.ended_at = now
        self.put_deal(deal, now, "customer.subscription.deleted")
