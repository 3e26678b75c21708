"""A short language for scripted customers: what happens to one subscription, at which instants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipelines.sandbox.company import money
from pipelines.sandbox.company import subscriptions as subs
from pipelines.sandbox.company.catalog import COUPONS, Plan, plan
from pipelines.sandbox.company.desk import Deal, Desk, Outcome
from pipelines.sandbox.company.times import DAY

OK = Outcome()


def late(days: float, failure: str = "card_declined") -> Outcome:
    return Outcome("late", int(days * DAY), failure=failure)


def never(days: float, end: str) -> Outcome:
    return Outcome("never", int(days * DAY), end)


@dataclass(frozen=True)
class Part:
    """One customer of the play. `script` writes down what will happen; `known_as` puts it into the identity file."""

    name: str
    case: str
    script: Callable[[Stage], None]
    start: int
    country: str = "US"
    currency: str = "usd"
    known_as: str = "customer"
    same_as: str = ""


class Stage:
    """One subscription of a scripted customer after another; `deal` is the latest."""

    def __init__(self, desk: Desk, start: int) -> None:
        self.desk, self.start = desk, start
        self.deals: list[Deal] = []

    def plan(self, product: str, tier: str, interval: str = "month", count: int = 1) -> Plan:
        return plan(product, tier, self.desk.currency, interval, count)

    def begin(
        self, *wanted: tuple[Plan, int], at: int | None = None, coupon: str | None = None, trial: int = 0,
        by_invoice: bool = False, pays: Sequence[Outcome] = (),
    ) -> None:  # fmt: skip
        """A subscription begins; its invoices are paid as `pays` says, and at once after that."""
        outcomes = list(pays)

        def payer(_: int) -> Outcome:
            return outcomes.pop(0) if outcomes else OK

        def act(now: int) -> None:
            self.deals.append(subs.subscribe(
                self.desk, now, wanted, coupon=COUPONS[coupon] if coupon else None, trial_days=trial,
                by_invoice=by_invoice, payer=payer))  # fmt: skip

        self.desk.later(self.start if at is None else at, act)

    def do(self, at: int, act: Callable[[Deal, int], None]) -> None:
        self.desk.later(at, lambda now: act(self.deals[-1], now))

    def switch(self, at: int, new: Plan, quantity: int, index: int = 0, since: int | None = None) -> None:
        """Another plan or quantity for one item."""
        self.do(at, lambda deal, now: subs.change(
            self.desk, deal, now, {deal.items[index].id: (new, quantity)}, since=since))  # fmt: skip

    def add(self, at: int, new: Plan, quantity: int) -> None:
        self.do(at, lambda deal, now: subs.change(self.desk, deal, now, {}, [(new, quantity)]))

    def remove(self, at: int, index: int) -> None:
        self.do(at, lambda deal, now: subs.change(self.desk, deal, now, {deal.items[index].id: None}))

    def cancel(self, at: int) -> None:
        self.do(at, lambda deal, now: subs.cancel_later(self.desk, deal, now))

    def keep(self, at: int) -> None:
        self.do(at, lambda deal, now: subs.keep_after_all(self.desk, deal, now))

    def stop(self, at: int, refund: Fraction = Fraction(0)) -> None:
        self.do(at, lambda deal, now: subs.cancel_now(self.desk, deal, now, refund))

    def refund(self, at: int, amount: int) -> None:
        def act(deal: Deal, now: int) -> None:
            if deal.last_paid is not None:
                money.refund(self.desk, deal.last_paid, now, amount)

        self.do(at, act)

    def coupon(self, at: int, name: str) -> None:
        """The coupon begins with the next period."""
        self.do(at, lambda deal, _: setattr(deal, "next_coupon", COUPONS[name]))

    def pause(self, at: int, until: int) -> None:
        self.do(at, lambda deal, now: subs.pause(self.desk, deal, now, until))

    def one_off(self, at: int, amount: int, text: str) -> None:
        self.desk.later(at, lambda now: _one_off(self.desk, amount, text, now))


def _one_off(desk: Desk, amount: int, text: str, now: int) -> None:
    money.one_off(desk, amount, text, now)
