"""Payments that a cardholder disputed: the money goes at once, with a fee, and comes back only where we win."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.sandbox.company.book import Body, StripeLog
from pipelines.sandbox.company.dice import share, token
from pipelines.sandbox.company.history import Receipt
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.stripe_bodies import BALANCE_SINCE, dispute_body, transaction_id
from pipelines.sandbox.company.times import DAY, day_of

DISPUTED = 0.01
FEE = 1500
REASONS = ("fraudulent", "fraudulent", "subscription_canceled", "product_unacceptable", "credit_not_processed",
           "unrecognized")  # fmt: skip


@dataclass(frozen=True)
class Withdrawal:
    """What a dispute takes from the balance (negative) or brings back, in cents at the rate of its day."""

    id: str
    at: int
    dispute: str
    cents: int
    fee: int
    rate: int
    text: str


def write_disputes(company: Company) -> list[Withdrawal]:
    """All disputes by now; what each moved in the balance."""
    made: list[Withdrawal] = []
    refunded: dict[str, int] = {}
    for receipt in company.diary.receipts:
        if receipt.kind == "refund":
            refunded[receipt.bill] = min(receipt.at, refunded.get(receipt.bill, receipt.at))
    for receipt in company.diary.receipts:
        if receipt.kind == "payment" and receipt.at >= BALANCE_SINCE and share("disputed", receipt.id) < DISPUTED:
            opened = receipt.at + int((4 + 35 * share("opened", receipt.id)) * DAY)
            # Who has had money back does not dispute.
            if opened <= min(company.until, refunded.get(receipt.bill, company.until)):
                made += _dispute(company, receipt, opened)
    return made


def _dispute(company: Company, payment: Receipt, opened: int) -> Iterator[Withdrawal]:
    """One dispute with its events, as far as it has come, and the charge that knows of it."""
    held = company.book.objects[("stripe", "charge", payment.id)]
    dispute = token("dp_1", 23, payment.id)
    charge = held.body | {"disputed": True, "dispute": dispute}
    company.book.put("stripe", "charge", charge, held.created, max(held.updated, opened))
    reason = REASONS[int(share("reason", dispute) * len(REASONS))]
    body = dispute_body(dispute, opened, charge, reason)
    log = StripeLog(company.book, dispute)
    rate = company.rates.on(payment.currency, day_of(opened))
    cents = company.rates.cents(payment.amount, payment.currency, rate)
    taken = Withdrawal(transaction_id(dispute), opened, dispute, -cents, FEE, rate,
                       f"Chargeback withdrawal for {payment.id}")  # fmt: skip
    body["balance_transactions"].append(_told(taken))
    log.put("dispute", body, opened, "charge.dispute.created", "charge.dispute.funds_withdrawn")
    yield taken
    closed, is_won = _answer(company, log, body)
    if closed <= company.until and is_won:
        back = Withdrawal(transaction_id(dispute, "won"), closed, dispute, cents, 0, rate,
                          f"Chargeback reversal for {payment.id}")  # fmt: skip
        body["balance_transactions"].append(_told(back))
        log.put("dispute", body, closed, "charge.dispute.funds_reinstated")
        yield back
    log.settle()


def _answer(company: Company, log: StripeLog, body: Body) -> tuple[int, bool]:
    """We answer most disputes within a week and win a third of those: when it is closed, and whether we win."""
    dispute, opened = body["id"], body["created"]
    answers = share("answers", dispute) < 0.75
    answered = opened + int((1 + 6 * share("answered", dispute)) * DAY)
    closed = opened + (int((22 + 30 * share("closed", dispute)) * DAY) if answers else 14 * DAY)
    is_won = answers and share("won", dispute) < 0.35
    if answers and answered <= company.until:
        body["status"] = "under_review"
        body["evidence_details"] |= {"has_evidence": True, "submission_count": 1}
        log.put("dispute", body, answered, "charge.dispute.updated")
    if closed <= company.until:
        body["status"] = "won" if is_won else "lost"
        body["evidence_details"] |= {"past_due": not answers}
        log.put("dispute", body, closed, "charge.dispute.closed")
    return closed, is_won


def _told(one: Withdrawal) -> Body:
    """The balance transaction as a dispute nests it."""
    return {"id": one.id, "object": "balance_transaction", "amount": one.cents, "available_on": one.at,
            "created": one.at, "currency": "usd", "description": one.text, "fee": one.fee,
            "net": one.cents - one.fee, "reporting_category": "dispute" if one.cents < 0 else "dispute_reversal",
            "source": one.dispute, "type": "adjustment"}  # fmt: skip
