"""What can happen to a subscription: begin, renew, change, pause, resume, end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from pipelines.sandbox.company import money
from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.catalog import Coupon, Plan
from pipelines.sandbox.company.collection import bill
from pipelines.sandbox.company.desk import Deal, Desk, Item, Line, Payer, pays_at_once
from pipelines.sandbox.company.history import Agreement
from pipelines.sandbox.company.stripe_bodies import plan_body, price_body
from pipelines.sandbox.company.times import DAY, add_months, cycle_start


def subscribe(
    desk: Desk, now: int, wanted: Sequence[tuple[Plan, int]], *, coupon: Coupon | None = None, trial_days: int = 0,
    by_invoice: bool = False, payer: Payer = pays_at_once,
) -> Deal:  # fmt: skip
    """A new subscription; with a trial its first paid period begins when the trial ends."""
    deal_id = desk.id("sub_1", 23)
    first = wanted[0][0]
    anchor = now + trial_days * DAY
    end = anchor if trial_days else cycle_start(anchor, first.interval, first.count, 1)
    agreement = Agreement(desk.customer, desk.currency, trial_until=anchor if trial_days else None)
    body: Body = {
        "id": deal_id, "object": "subscription", "application_fee_percent": None, "billing_cycle_anchor": anchor,
        "automatic_tax": {"enabled": False}, "billing_thresholds": None, "cancel_at": None,
        "cancel_at_period_end": False, "canceled_at": None,
        "collection_method": "send_invoice" if by_invoice else "charge_automatically", "created": now,
        "currency": desk.currency, "customer": desk.customer, "days_until_due": money.NET_DAYS if by_invoice else None,
        "default_payment_method": None, "default_source": None, "default_tax_rates": [], "description": None,
        "ended_at": None, "latest_invoice": None, "livemode": True, "metadata": {}, "next_pending_invoice_item_invoice":
        None, "pause_collection": None, "pending_setup_intent": None, "pending_update": None, "schedule": None,
        "start_date": now, "status": "trialing" if trial_days else "active", "test_clock": None,
        "transfer_data": None, "trial_end": anchor if trial_days else None, "trial_start": now if trial_days else None,
    }  # fmt: skip
    items = [desk.new_item(deal_id, plan, quantity, now) for plan, quantity in wanted]
    deal = Deal(deal_id, body, agreement, items, anchor, now, end, payer, by_invoice)
    desk.deals.append(deal)
    desk.diary.agreements.append(agreement)
    if coupon is not None:
        _apply(desk, deal, coupon, now)
    desk.put_deal(deal, now, "customer.subscription.created")
    lines = [_trial_line(item, now, end) for item in items] if trial_days else _full_lines(deal, 0)
    bill(desk, deal, lines, "subscription_create", now)
    _drop_once(deal)
    desk.put_deal(deal, now)
    desk.later(end, lambda then: renew(desk, deal, then))
    return deal


def _apply(desk: Desk, deal: Deal, coupon: Coupon, now: int) -> None:
    end = add_months(now, coupon.months) if coupon.months else None
    deal.discount = desk.new_discount(deal.id, coupon, now, end)


def _drop_once(deal: Deal) -> None:
    if deal.discount is not None and deal.discount.coupon.duration == "once":
        deal.discount = None


def _trial_line(item: Item, start: int, end: int) -> Line:
    return Line(item, item.plan, item.quantity, 0, (start, end), f"Trial period for {item.plan.product}")


def _full_lines(deal: Deal, used: int) -> list[Line]:
    """A whole period of each item; metered ones bill what was used."""
    lines = []
    for item in deal.items:
        plan = item.plan
        metered = plan.usage == "metered"
        amount = plan.amount * (used if metered else item.quantity)
        text = f"{used if metered else item.quantity} × {plan.product} {plan.tier}"
        lines.append(Line(item, plan, None if metered else item.quantity, amount, (deal.start, deal.end), text))
    return lines


def renew(desk: Desk, deal: Deal, now: int) -> None:
    """The next period begins, or the subscription ends if that was asked for."""
    if deal.is_over or deal.end != now:
        return
    if deal.body["cancel_at_period_end"]:
        desk.close(deal, now)
        return
    plan = deal.items[0].plan
    if deal.status == "trialing":
        deal.body["status"] = "active"
    else:
        deal.cycle += 1
    deal.start, deal.end = now, cycle_start(deal.anchor, plan.interval, plan.count, deal.cycle + 1)
    if deal.discount is not None and deal.discount.end is not None and deal.discount.end <= now:
        deal.discount = None
    if deal.next_coupon is not None:
        _apply(desk, deal, deal.next_coupon, now)
        deal.next_coupon = None
    bill(desk, deal, _full_lines(deal, 900 + deal.cycle * 37), "subscription_cycle", now)
    _drop_once(deal)
    desk.put_deal(deal, now)
    desk.later(deal.end, lambda then: renew(desk, deal, then))


def change(
    desk: Desk, deal: Deal, now: int, to: Mapping[str, tuple[Plan, int] | None],
    add: Sequence[tuple[Plan, int]] = (), since: int | None = None,
) -> None:  # fmt: skip
    """Give items another plan or quantity (None takes the item off), add new ones; invoiced at once.

    A change of interval begins a new period now. `since` dates the change back, to no earlier than the period's start.
    """
    start = now if since is None else since
    lines: list[Line] = []
    new_cycle = next((new[0] for new in to.values() if new and _differs(new[0], deal.items[0].plan)), None)
    for item in list(deal.items):
        if item.id not in to:
            continue
        new = to[item.id]
        lines += _credit(deal, item, start)
        if new is None:
            deal.items.remove(item)
        else:
            _replant(item, *new)
            if new_cycle is None:
                lines.append(_rest(deal, item, start))
    for plan, quantity in add:
        item = desk.new_item(deal.id, plan, quantity, now)
        deal.items.append(item)
        lines.append(_rest(deal, item, start))
    if new_cycle is not None:
        deal.anchor, deal.cycle, deal.start = now, 0, now
        deal.end = cycle_start(now, new_cycle.interval, new_cycle.count, 1)
        deal.body["billing_cycle_anchor"] = now
        lines += _full_lines(deal, 0)
        desk.later(deal.end, lambda then: renew(desk, deal, then))
    bill(desk, deal, lines, "subscription_update", now)
    desk.put_deal(deal, now)


def _differs(one: Plan, other: Plan) -> bool:
    return (one.interval, one.count) != (other.interval, other.count)


def _replant(item: Item, plan: Plan, quantity: int) -> None:
    item.plan, item.quantity = plan, quantity
    item.body = {**item.body, "plan": plan_body(plan), "price": price_body(plan), "quantity": quantity}


def _left(deal: Deal, start: int) -> Fraction:
    return Fraction(deal.end - start, deal.end - deal.start)


def _credit(deal: Deal, item: Item, start: int) -> list[Line]:
    amount = money.half_away(item.plan.amount * item.quantity * _left(deal, start))
    text = f"Unused time on {item.quantity} × {item.plan.product} {item.plan.tier}"
    return [Line(item, item.plan, item.quantity, -amount, (start, deal.end), text, True)] if amount else []


def _rest(deal: Deal, item: Item, start: int) -> Line:
    amount = money.half_away(item.plan.amount * item.quantity * _left(deal, start))
    text = f"Remaining time on {item.quantity} × {item.plan.product} {item.plan.tier}"
    return Line(item, item.plan, item.quantity, amount, (start, deal.end), text, True)


def cancel_later(desk: Desk, deal: Deal, now: int) -> None:
    """Asked to end at the end of the paid period."""
    deal.body.update(cancel_at_period_end=True, canceled_at=now, cancel_at=deal.end)
    deal.agreement.asked_to_end_at = now
    desk.put_deal(deal, now)


def keep_after_all(desk: Desk, deal: Deal, now: int) -> None:
    deal.body.update(cancel_at_period_end=False, canceled_at=None, cancel_at=None)
    deal.agreement.asked_to_end_at = None
    desk.put_deal(deal, now)


def cancel_now(desk: Desk, deal: Deal, now: int, refund_share: Fraction = Fraction(0)) -> None:
    """Ends at once; a share of the last payment may go back."""
    desk.close(deal, now)
    if refund_share and deal.last_paid is not None:
        money.refund(desk, deal.last_paid, now, int(deal.last_paid.body["amount_paid"] * refund_share))


def pause(desk: Desk, deal: Deal, now: int, resumes_at: int | None = None) -> None:
    """Collection is paused: invoices are void until resumed; earning stops at the next renewal."""
    deal.is_paused = True
    deal.body["pause_collection"] = {"behavior": "void", "resumes_at": resumes_at}
    desk.put_deal(deal, now)
    if resumes_at is not None:
        desk.later(resumes_at, lambda then: resume(desk, deal, then))


def resume(desk: Desk, deal: Deal, now: int) -> None:
    if deal.is_over or not deal.is_paused:
        return
    deal.is_paused = False
    deal.body["pause_collection"] = None
    desk.put_deal(deal, now)
