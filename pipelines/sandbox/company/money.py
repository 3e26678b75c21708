"""Invoices: their lines, amounts and what they agree; being paid, voided, refunded."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from pipelines.sandbox.company import credit_notes
from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.catalog import Plan
from pipelines.sandbox.company.desk import Deal, Desk, Discount, Invoice, Line
from pipelines.sandbox.company.history import Bill, Debt, Given, Receipt, Sale, Term
from pipelines.sandbox.company.stripe_bodies import (
    charge_body,
    invoice_body,
    line_body,
    listed,
    one_off_line_body,
    refund_body,
)
from pipelines.sandbox.company.times import DAY

NET_DAYS = 30


def half_away(value: Fraction) -> int:
    """Rounded to a whole number, halves away from zero."""
    sign = -1 if value < 0 else 1
    return sign * int(abs(value) + Fraction(1, 2))


def divided(amount: int, divisor: int) -> int:
    """A whole quotient, halves away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * ((2 * abs(amount) + divisor) // (2 * divisor))


@lru_cache(maxsize=65536)
def _gross(plan: Plan, quantity: int) -> Fraction:
    """An item's month at list price."""
    return plan.amount * quantity * plan.per_month


def draft(desk: Desk, deal: Deal, lines: list[Line], reason: str, now: int) -> Invoice:
    """A draft invoice with its lines."""
    invoice_id = desk.id("in_1", 23)
    number = f"{desk.body['invoice_prefix']}-{len(desk.invoices) + 1:04d}"
    body = invoice_body(invoice_id, now, desk.currency, number, desk.body)
    body.update(subscription=deal.id, billing_reason=reason, period_start=lines[0].period[0],
                period_end=lines[0].period[1],
                collection_method="send_invoice" if deal.by_invoice else "charge_automatically")  # fmt: skip
    data = [
        line_body(desk.id("il_1", 23), invoice_id, line.item.id, deal.id, line.plan, line.quantity, line.amount,
                  line.period, line.text, line.proration)
        for line in lines
    ]  # fmt: skip
    body["lines"] = listed(data, f"/v1/invoices/{invoice_id}/lines")
    _work_out(desk, body, deal.discount)
    invoice = Invoice(body, tuple(lines), deal.discount, is_void_at_once=deal.is_paused)
    desk.invoices.append(invoice)
    deal.body["latest_invoice"] = invoice_id
    desk.log.put("invoice", body, now, "invoice.created")
    return invoice


def one_off(desk: Desk, amount: int, text: str, now: int) -> Invoice:
    """A single invoice outside any subscription, paid at once."""
    invoice_id = desk.id("in_1", 23)
    body = invoice_body(invoice_id, now, desk.currency, f"{desk.body['invoice_prefix']}-X{now % 10000}", desk.body)
    line = one_off_line_body(desk.id("il_1", 23), invoice_id, amount, desk.currency, now, text)
    body.update(billing_reason="manual", lines=listed([line], f"/v1/invoices/{invoice_id}/lines"))
    _work_out(desk, body, None)
    invoice = Invoice(body)
    desk.log.put("invoice", body, now, "invoice.created")
    settle_amounts(desk, None, invoice, now)
    pay(desk, None, invoice, now)
    return invoice


def _work_out(desk: Desk, body: Body, discount: Discount | None) -> None:
    """Subtotal, discount, tax and total of the lines; a credit stays negative."""
    subtotal = sum(line["amount"] for line in body["lines"]["data"])
    off = 0
    if discount is not None and (discount.end is None or discount.end > body["created"]):
        coupon = discount.coupon
        if coupon.percent is not None:
            off = divided(subtotal * coupon.percent, 100)
        elif coupon.amount_off is not None:
            off = min(coupon.amount_off, max(subtotal, 0))
        body["discount"], body["discounts"] = discount.body, [discount.id]
        body["total_discount_amounts"] = [{"amount": off, "discount": discount.id}]
    tax = divided((subtotal - off) * desk.tax, 100)
    total = subtotal - off + tax
    body.update(subtotal=subtotal, tax=tax if desk.tax else None, total=total, total_excluding_tax=total - tax,
                amount_due=max(total, 0), amount_remaining=max(total, 0))  # fmt: skip


def settle_amounts(desk: Desk, deal: Deal | None, invoice: Invoice, now: int) -> None:
    """Finalise: the customer's credit is used or grows, what is owed and agreed is written into the diary."""
    body = invoice.body
    balance = desk.body["balance"]
    used = max(0, min(body["total"], -balance))
    after = balance + min(body["total"], 0) + used
    if invoice.is_void_at_once:
        used, after = 0, balance
    due = max(body["total"], 0) - used
    body.update(starting_balance=balance, ending_balance=after, amount_due=due, amount_remaining=due, status="open")
    body["status_transitions"]["finalized_at"] = now
    if after != balance:
        desk.body["balance"] = after
        desk.customer_changed(now)
    net = body["total"] - (body["tax"] or 0)
    usage = sum(line.amount for line in invoice.lines if line.plan.usage == "metered")
    begins = body["billing_reason"] in ("subscription_create", "subscription_cycle")
    if deal is not None:
        if deal.by_invoice and due:
            body["due_date"] = body["created"] + NET_DAYS * DAY
        if due and not invoice.is_void_at_once:
            invoice.debt = Debt(body["due_date"] or now)
            deal.agreement.debts.append(invoice.debt)
    invoice.bill = Bill(body["id"], desk.customer, desk.currency, now, net, body["total"], due,
                        body["due_date"] or now, _sales(invoice), usage=usage,
                        agreement=deal.agreement if deal else None, begins=begins, made_at=body["created"],
                        coupon=_given(invoice))  # fmt: skip
    desk.diary.bills.append(invoice.bill)
    desk.log.put("invoice", body, now, "invoice.finalized")


def _sales(invoice: Invoice) -> tuple[Sale, ...]:
    """What is sold by each line; a line outside any subscription is of no product."""
    bodies = invoice.body["lines"]["data"]
    if not invoice.lines:
        return tuple(
            Sale(body["id"], "Unknown", "One-off", body["amount"], body["period"]["start"], body["period"]["end"])
            for body in bodies
        )
    return tuple(
        Sale(body["id"], line.plan.product, line.plan.tier, line.amount, *line.period, line.item.id, line.plan,
             _gross(line.plan, line.quantity or 0))
        for body, line in zip(bodies, invoice.lines, strict=True)
    )  # fmt: skip


def _given(invoice: Invoice) -> Given | None:
    """The coupon that the invoice names; none where it was over before the invoice was made."""
    discount = invoice.discount
    if discount is None or not invoice.body["discount"]:
        return None
    coupon = discount.coupon
    return Given(coupon.duration, coupon.percent, coupon.amount_off, discount.start, discount.end)


def agree(deal: Deal, invoice: Invoice) -> None:
    """Write into the diary what an invoice's lines agree: new terms, and items taken off."""
    lines, discount = invoice.lines, invoice.discount
    kept = {line.item.id: line for line in lines if line.amount >= 0 and line.plan.usage == "licensed"}
    gross = {item: _gross(line.plan, line.quantity or 0) for item, line in kept.items()}
    whole = sum(gross.values(), Fraction(0))
    for item, line in kept.items():
        cut = _cut(discount, line.plan, gross[item], whole)
        deal.agreement.terms.append(Term(
            line.period[0], item, line.plan.product, line.plan.tier, gross[item], cut,
            discount.start if discount else 0, discount.end if discount else None,
            invoice.is_void_at_once))  # fmt: skip
    for line in lines:
        if line.amount < 0 and line.item.id not in kept:
            deal.agreement.terms.append(Term(line.period[0], line.item.id))


def _cut(discount: Discount | None, plan: Plan, gross: Fraction, whole: Fraction) -> Fraction:
    """What the coupon takes off an item's month."""
    if discount is None or discount.coupon.duration == "once":
        return Fraction(0)
    if discount.coupon.percent is not None:
        return gross * discount.coupon.percent / 100
    if not whole:
        return Fraction(0)
    return min(gross, (discount.coupon.amount_off or 0) * plan.per_month * gross / whole)


def pay(desk: Desk, deal: Deal | None, invoice: Invoice, now: int) -> None:
    """The invoice is paid now, by card or transfer if there is anything to pay."""
    body = invoice.body
    if body["amount_due"]:
        charge = charge_body(desk.id("ch_3", 23), now, body, desk.card, None)
        body.update(charge=charge["id"], attempt_count=body["attempt_count"] + 1, attempted=True)
        desk.log.put("charge", charge, now, "charge.succeeded")
        desk.diary.receipts.append(Receipt(
            charge["id"], desk.customer, body["id"], desk.currency, now, charge["amount"], "payment"))  # fmt: skip
    body.update(status="paid", paid=True, amount_paid=body["amount_due"], amount_remaining=0, auto_advance=False,
                next_payment_attempt=None)  # fmt: skip
    body["status_transitions"]["paid_at"] = now
    if invoice.bill is not None:
        invoice.bill.paid_at = now
    if invoice.debt is not None:
        invoice.debt.paid_at = now
    if deal is not None:
        deal.last_paid = invoice if body["charge"] else deal.last_paid
        deal.open = [other for other in deal.open if other is not invoice]
    desk.log.put("invoice", body, now, "invoice.paid")


def void(desk: Desk, invoice: Invoice, now: int) -> None:
    invoice.body.update(status="void", amount_remaining=0, auto_advance=False)
    invoice.body["status_transitions"]["voided_at"] = now
    if invoice.bill is not None:
        invoice.bill.is_void, invoice.bill.voided_at = True, now
    desk.log.put("invoice", invoice.body, now, "invoice.voided")


def write_off(desk: Desk, invoice: Invoice, now: int) -> None:
    invoice.body.update(status="uncollectible", auto_advance=False)
    invoice.body["status_transitions"]["marked_uncollectible_at"] = now
    if invoice.bill is not None:
        invoice.bill.written_off_at = now
    desk.log.put("invoice", invoice.body, now, "invoice.marked_uncollectible")


def fail(desk: Desk, invoice: Invoice, now: int, failure: str) -> None:
    """A card payment that did not go through."""
    charge = charge_body(desk.id("ch_3", 23), now, invoice.body, desk.card, failure)
    if invoice.bill is not None:
        invoice.bill.failed_at = now
    desk.log.put("charge", charge, now, "charge.failed")
    invoice.body.update(attempt_count=invoice.body["attempt_count"] + 1, attempted=True, charge=charge["id"],
                        next_payment_attempt=now + 3 * DAY)  # fmt: skip
    desk.log.put("invoice", invoice.body, now, "invoice.payment_failed")


def refund(desk: Desk, invoice: Invoice, now: int, amount: int) -> None:
    """Money back on a paid invoice; the invoice itself stays as it is, as at Stripe."""
    charge, _ = desk.log.live[("charge", invoice.body["charge"])]
    amount = min(amount, charge["amount"] - charge["amount_refunded"])
    if amount <= 0:
        return
    body = refund_body(desk.id("re_3", 23), now, charge, amount)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    charge["refunds"] = listed([body, *charge["refunds"]["data"]], charge["refunds"]["url"])
    desk.log.put("refund", body, now, "refund.created")
    if credit_notes.is_noted(body["id"], now):
        credit_notes.note(desk, invoice, body, len(charge["refunds"]["data"]))
    desk.log.put("charge", charge, now, "charge.refunded")
    desk.diary.receipts.append(
        Receipt(body["id"], desk.customer, invoice.body["id"], desk.currency, now, amount, "refund"))  # fmt: skip
