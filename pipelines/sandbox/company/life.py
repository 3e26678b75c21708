"""A customer's life after signing: growing, shrinking, swapping, pausing, failing to pay, leaving, coming back."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from pipelines.sandbox.company import money
from pipelines.sandbox.company import subscriptions as subs
from pipelines.sandbox.company.catalog import COUPONS, TIERS, Coupon, plan
from pipelines.sandbox.company.design import Design
from pipelines.sandbox.company.desk import Deal, Desk, Outcome
from pipelines.sandbox.company.market import PRODUCTS, Prospect, pick
from pipelines.sandbox.company.times import DAY, HOUR, at

EUROPEAN_FAILURES = (at(2026, 11, 17, 22), at(2026, 11, 20, 22))
WHIMS = (("more", 0.5), ("fewer", 0.13), ("up", 0.1), ("down", 0.035), ("add", 0.06), ("remove", 0.04),
         ("product", 0.02), ("yearly", 0.03), ("pause", 0.035), ("coupon", 0.03), ("refund", 0.02))  # fmt: skip


class Life:
    """Draws what one customer does next, always in the order of time."""

    def __init__(self, desk: Desk, prospect: Prospect, roll: np.random.Generator, design: Design) -> None:
        self.desk, self.prospect, self.roll, self.design = desk, prospect, roll, design

    def begin(self, now: int) -> None:
        """The first subscription: free, on trial, or paid from the start."""
        who = self.prospect
        chance = self.roll.random() if who.is_self_serve and not who.is_migrated else 1.0
        if chance < 0.07:
            deal = subs.subscribe(self.desk, now, [(plan("Core", "Free", who.currency), 1)], payer=self._pays)
            if self.roll.random() < 0.4:
                self._later(now + int(self.roll.exponential(60) + 3) * DAY + 5 * HOUR, deal, self._leave_free)
            return
        self._paid(now, trial=14 if chance < 0.42 else 0)

    def _paid(self, now: int, trial: int = 0) -> None:
        who = self.prospect
        wanted = [(plan(who.product, who.tier, who.currency, who.interval, who.count), who.seats)]
        if self.roll.random() < 0.1 and who.product != "Vault":
            wanted.append((plan("Vault", "Team", who.currency, who.interval, who.count), max(1, who.seats // 2)))
        if self.roll.random() < 0.02 and (who.interval, who.count) == ("month", 1):
            wanted.append((plan(who.product, "Usage", who.currency), 0))
        by_invoice = not who.is_self_serve and who.interval == "year" and self.roll.random() < 0.45
        deal = subs.subscribe(
            self.desk, now, wanted, coupon=self._coupon(), trial_days=trial, by_invoice=by_invoice,
            payer=self._transfers if by_invoice else self._pays)  # fmt: skip
        if trial and self.roll.random() < 0.42:
            self._later(now + int(2 + self.roll.random() * 10) * DAY, deal, self._cancel)
        self._later(now + 2 * HOUR, deal, self._consider)
        self._next_whim(deal, now + trial * DAY)

    def _later(self, when: int, deal: Deal, act: Callable[[Deal, int], None]) -> None:
        self.desk.later(when, lambda now: act(deal, now))

    def _coupon(self) -> Coupon | None:
        chance = self.roll.random()
        if chance >= self.design.coupons:
            return None
        name = pick(self.roll, (("PARTNER15", 0.3), ("NONPROFIT40", 0.1), ("LOYAL10", 0.25), ("LAUNCH25", 0.12),
                                ("HELLO20", 0.13)))  # fmt: skip
        return COUPONS[name]

    def _pays(self, now: int) -> Outcome:
        """How a card payment goes."""
        chance = self.roll.random()
        if self.prospect.currency in ("eur", "gbp") and EUROPEAN_FAILURES[0] <= now < EUROPEAN_FAILURES[1]:
            if chance < 0.85:
                return Outcome("late", int((3.5 + 4 * self.roll.random()) * DAY), failure="issuer_not_available")
            return Outcome()
        if chance >= self.design.pay_fails:
            return Outcome()
        kind, length = self.roll.random(), self.roll.random()
        failure = ("card_declined", "expired_card", "insufficient_funds")[self.roll.integers(3)]
        if kind < 0.66:
            return Outcome("late", int((0.4 + 17 * length) * DAY), failure=failure)
        if kind < 0.74:
            return Outcome("late", int((31 + 40 * length) * DAY), failure=failure)
        end = pick(self.roll, (("cancel", 0.5), ("cancel_writeoff", 0.2), ("unpaid", 0.12), ("writeoff", 0.06),
                               ("leave", 0.12)))  # fmt: skip
        return Outcome("never", int((18 + 50 * length**2) * DAY), end, failure)

    def _transfers(self, _: int) -> Outcome:
        """How an invoice with terms of 30 days is paid."""
        chance, length = self.roll.random(), self.roll.random()
        if chance < 0.86:
            return Outcome(delay=int((8 + 21 * length) * DAY))
        if chance < 0.975:
            return Outcome("late", int((1 + 24 * length) * DAY))
        if chance < 0.99:
            return Outcome("late", int((31 + 30 * length) * DAY))
        return Outcome("never", int((35 + 30 * length) * DAY), "cancel_writeoff")

    def _leave_free(self, deal: Deal, now: int) -> None:
        if deal.is_healthy and self._has_room(deal, now):
            new = plan("Core", "Team", self.desk.currency)
            subs.change(self.desk, deal, now, {deal.items[0].id: (new, self.prospect.seats)})
            self._later(deal.end + 2 * HOUR, deal, self._consider)
            self._next_whim(deal, now)

    def _cancel(self, deal: Deal, now: int) -> None:
        if not deal.is_over and not deal.body["cancel_at_period_end"]:
            subs.cancel_later(self.desk, deal, now)

    def _consider(self, deal: Deal, now: int) -> None:
        """Once in a period: stay, or leave some time before its end."""
        if deal.is_over:
            return
        length = deal.end - deal.start
        chance = self.roll.random()
        leaves = {31: 0.0165, 93: 0.045}.get(min(x for x in (31, 93, 4000) if length <= x * DAY), 0.135)
        if deal.start < self.desk.body["created"] + 100 * DAY:
            leaves *= 1.5
        if chance < leaves and deal.is_healthy:
            self._leave(deal, now, length)
        self._later(deal.end + 2 * HOUR, deal, self._consider)

    def _leave(self, deal: Deal, now: int, length: int) -> None:
        when = now + int((length - 4 * HOUR) * (0.05 + 0.85 * self.roll.random() ** 0.6))
        self.desk.leaving.append((now, when))
        if self.roll.random() < 0.1:
            share = Fraction(int(self.roll.integers(0, 4)), 4)
            self._later(when, deal, lambda one, then: self._stop(one, then, share))
        else:
            self._later(when, deal, self._cancel)
        if self.roll.random() < 0.1:
            back = deal.end + int(40 + self.roll.random() * 260) * DAY
            self.desk.later(back, lambda then: self._return(deal, then))

    def _stop(self, deal: Deal, now: int, share: Fraction) -> None:
        if deal.is_healthy:
            subs.cancel_now(self.desk, deal, now, share)

    def _return(self, deal: Deal, now: int) -> None:
        if deal.is_over:
            self._paid(now)

    def _has_room(self, deal: Deal, now: int) -> bool:
        """Far enough from the period's borders that a proration is more than nothing."""
        return deal.start + 2 * DAY < now < deal.end - 3 * DAY

    def _next_whim(self, deal: Deal, now: int) -> None:
        self._later(now + int((4 + self.roll.exponential(250)) * DAY), deal, self._whim)

    def _whim(self, deal: Deal, now: int) -> None:
        if deal.is_over:
            return
        whim, size = pick(self.roll, WHIMS), self.roll.random()
        if deal.is_healthy and self._has_room(deal, now) and deal.items[0].plan.tier in TIERS:
            self._act(deal, now, whim, size)
        self._next_whim(deal, now)

    def _act(self, deal: Deal, now: int, whim: str, size: float) -> None:
        item = deal.items[0]
        old, seats = item.plan, item.quantity
        if whim in ("more", "fewer"):
            factor = 1 + 0.1 + 0.4 * size if whim == "more" else 1 - 0.1 - 0.35 * size
            new = max(1, round(seats * factor)) if seats > 3 else max(1, seats + (1 if whim == "more" else -1))
            if new != seats:
                subs.change(self.desk, deal, now, {item.id: (old, new)})
        elif whim in ("up", "down"):
            tier = TIERS.index(old.tier) + (1 if whim == "up" else -1)
            if 0 <= tier < len(TIERS):
                new_plan = plan(old.product, TIERS[tier], old.currency, old.interval, old.count)
                subs.change(self.desk, deal, now, {item.id: (new_plan, seats)})
        else:
            self._act_rarely(deal, now, whim, size)

    def _act_rarely(self, deal: Deal, now: int, whim: str, size: float) -> None:
        item, old = deal.items[0], deal.items[0].plan
        if whim == "add" and len(deal.items) == 1 and old.product != "Connect":
            extra = plan("Connect", "Team", old.currency, old.interval, old.count)
            subs.change(self.desk, deal, now, {}, [(extra, max(2, item.quantity // 2))])
        elif whim == "remove" and len(deal.items) > 1 and deal.items[1].plan.usage == "licensed":
            subs.change(self.desk, deal, now, {deal.items[1].id: None})
        elif whim == "product":
            other = PRODUCTS[int(size * 5)][0]
            if other != old.product:
                new_plan = plan(other, old.tier, old.currency, old.interval, old.count)
                subs.change(self.desk, deal, now, {item.id: (new_plan, item.quantity)})
        elif whim == "yearly" and len(deal.items) == 1 and old.interval == "month":
            new_plan = plan(old.product, old.tier, old.currency, "year")
            subs.change(self.desk, deal, now, {item.id: (new_plan, item.quantity)})
        elif whim == "pause" and old.interval == "month":
            subs.pause(self.desk, deal, now, now + int(35 + 80 * size) * DAY)
        elif whim == "coupon" and deal.discount is None:
            deal.next_coupon = COUPONS["WINBACK50" if size < 0.8 else "GRANT100"]
        elif whim == "refund" and deal.last_paid is not None:
            money.refund(self.desk, deal.last_paid, now, int(deal.last_paid.body["amount_paid"] * size * 0.3))
