"""Getting paid: finalising, charging, trying again, and what happens when money comes late or never."""

from __future__ import annotations

from pipelines.sandbox.company import money
from pipelines.sandbox.company.desk import Deal, Desk, Invoice, Line, Outcome
from pipelines.sandbox.company.times import DAY, HOUR

RETRY_DAYS = (3, 8, 15)


def bill(desk: Desk, deal: Deal, lines: list[Line], reason: str, now: int) -> Invoice:
    """Draft an invoice; renewals are finalised an hour later, all others at once."""
    invoice = money.draft(desk, deal, lines, reason, now)
    if deal.status == "unpaid":
        return invoice
    if reason == "subscription_cycle":
        desk.later(now + HOUR, lambda then: finalize(desk, deal, invoice, then))
    else:
        finalize(desk, deal, invoice, now)
    return invoice


def finalize(desk: Desk, deal: Deal, invoice: Invoice, now: int) -> None:
    """Fix the invoice and begin to collect it."""
    if deal.is_over:
        return
    money.settle_amounts(desk, deal, invoice, now)
    money.agree(deal, invoice)
    if invoice.is_void_at_once:
        money.void(desk, invoice, now)
    elif not invoice.body["amount_due"]:
        money.pay(desk, deal, invoice, now)
    else:
        deal.open.append(invoice)
        if deal.by_invoice:
            _await_transfer(desk, deal, invoice, now)
        else:
            _charge(desk, deal, invoice, now)


def _charge(desk: Desk, deal: Deal, invoice: Invoice, now: int) -> None:
    if deal.is_broken:
        money.fail(desk, invoice, now, "card_declined")
        return
    outcome = deal.payer(now)
    if outcome.kind == "ok":
        money.pay(desk, deal, invoice, now)
        return
    money.fail(desk, invoice, now, outcome.failure)
    deal.is_broken = True
    if invoice.body["billing_reason"] == "subscription_create":
        _wait_for_first(desk, deal, invoice, outcome, now)
        return
    deal.body["status"] = "past_due"
    desk.put_deal(deal, now)
    _try_again(desk, deal, invoice, outcome, now)
    _settle_later(desk, deal, outcome, now)


def _await_transfer(desk: Desk, deal: Deal, invoice: Invoice, now: int) -> None:
    """An invoice with terms of 30 days; overdue ones make the subscription past due."""
    outcome = deal.payer(now)
    due = invoice.body["due_date"]
    if outcome.kind == "ok":
        desk.later(now + outcome.delay, lambda then: _pay_if_open(desk, deal, invoice, then))
        return
    desk.later(due, lambda then: _overdue(desk, deal, invoice, outcome, then))


def _pay_if_open(desk: Desk, deal: Deal, invoice: Invoice, now: int) -> None:
    if invoice.body["status"] == "open":
        money.pay(desk, deal, invoice, now)


def _overdue(desk: Desk, deal: Deal, invoice: Invoice, outcome: Outcome, now: int) -> None:
    if deal.is_over or invoice.body["status"] != "open":
        return
    deal.body["status"] = "past_due"
    if not deal.is_broken:
        deal.is_broken = True
        _settle_later(desk, deal, outcome, now)
    desk.put_deal(deal, now)


def _wait_for_first(desk: Desk, deal: Deal, invoice: Invoice, outcome: Outcome, now: int) -> None:
    """The very first payment failed: incomplete, and expired after 23 hours."""
    deal.body["status"] = "incomplete"
    deal.agreement.is_incomplete = True
    desk.put_deal(deal, now)
    if outcome.kind == "late" and outcome.delay < 23 * HOUR:
        desk.later(now + outcome.delay, lambda then: recover(desk, deal, then))
    else:
        desk.later(now + 23 * HOUR, lambda then: _expire(desk, deal, invoice, then))


def _expire(desk: Desk, deal: Deal, invoice: Invoice, now: int) -> None:
    money.void(desk, invoice, now)
    deal.open = []
    desk.close(deal, now, "incomplete_expired")


def _try_again(desk: Desk, deal: Deal, invoice: Invoice, outcome: Outcome, now: int) -> None:
    for days in RETRY_DAYS:
        if outcome.kind == "never" or days * DAY < outcome.delay:
            desk.later(now + days * DAY + 60, lambda then: _retry(desk, deal, invoice, outcome.failure, then))


def _retry(desk: Desk, deal: Deal, invoice: Invoice, failure: str, now: int) -> None:
    if invoice.body["status"] == "open" and not deal.is_over:
        money.fail(desk, invoice, now, failure)


def _settle_later(desk: Desk, deal: Deal, outcome: Outcome, now: int) -> None:
    if outcome.kind == "late":
        desk.later(now + outcome.delay, lambda then: recover(desk, deal, then))
    else:
        desk.later(now + outcome.delay, lambda then: _give_up(desk, deal, outcome.end, then))


def recover(desk: Desk, deal: Deal, now: int) -> None:
    """All that is owed is paid now, and the subscription is well again."""
    for invoice in list(deal.open):
        money.pay(desk, deal, invoice, now)
    deal.is_broken = False
    deal.agreement.is_incomplete = False
    if not deal.is_over:
        deal.body["status"] = "active"
        desk.put_deal(deal, now)


def _give_up(desk: Desk, deal: Deal, end: str, now: int) -> None:
    """The end of dunning, by what was decided for this customer."""
    if deal.is_over:
        return
    if end in ("cancel_writeoff", "writeoff"):
        for invoice in deal.open:
            money.write_off(desk, invoice, now)
    if end in ("cancel", "cancel_writeoff"):
        desk.close(deal, now)
    elif end == "unpaid":
        deal.body["status"] = "unpaid"
        deal.agreement.is_marked_unpaid = True
        desk.put_deal(deal, now)
    if not desk.body["delinquent"]:
        desk.body["delinquent"] = True
        desk.customer_changed(now)
