"""Stripe's balance: what each payment, refund and dispute left in it after fees, and the payouts that empty it.

All of it is in dollars, as the account has a dollar bank account only: Stripe turns other currencies into dollars when
they come in. What came before BALANCE_SINCE is paid out already; of that time only refunds are kept.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipelines.sandbox.company.book import Body, StripeLog
from pipelines.sandbox.company.dice import token
from pipelines.sandbox.company.history import Receipt
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.stripe_bodies import BALANCE_SINCE, payout_body, transaction_id
from pipelines.sandbox.company.stripe_disputes import Withdrawal, write_disputes
from pipelines.sandbox.company.times import DAY, HOUR, at, day_of, midnight
from pipelines.sandbox.company.truth import RATE_UNIT

CARD_FEE = 190  # of ten thousand, and 30 cents a payment: what the books call Payment fees comes to about as much
ABROAD, EXCHANGED = 70, 40  # more for a card from elsewhere, and for another currency
FAILS_FROM = at(2026, 9, 15)
"""The first payout from here on bounces, and its money goes out with a later one."""
PAID_AT = 6 * HOUR


@dataclass(frozen=True)
class Entry:
    """One balance transaction, in cents. `available`: from when a payout may take it."""

    id: str
    at: int
    available: int
    kind: str
    source: str
    amount: int
    fee: int = 0
    rate: int = RATE_UNIT
    text: str = ""

    @property
    def net(self) -> int:
        return self.amount - self.fee


def write(company: Company) -> None:
    """Disputes, balance transactions and payouts up to the company's instant."""
    entries = sorted([*_receipts(company), *_withdrawals(company, write_disputes(company))],
                     key=_turn)  # fmt: skip
    entries += _payouts(company, [one for one in entries if one.at >= BALANCE_SINCE])
    for entry in entries:
        _put(company, entry)


def _turn(one: Entry) -> tuple[int, int, str]:
    return one.available, one.at, one.id


def _receipts(company: Company) -> Iterator[Entry]:
    """Payments since the balance is kept, and all refunds; Stripe keeps its fee when money goes back."""
    abroad = {one.desk.customer: one.desk.card["country"] != "US" for one in company.clients}
    for receipt in company.diary.receipts:
        is_payment = receipt.kind == "payment"
        if is_payment and receipt.at < BALANCE_SINCE:
            continue
        amount, rate = _dollars(company, receipt)
        fee = _fee(amount, abroad[receipt.customer], receipt.currency) if is_payment else 0
        yield Entry(
            transaction_id(receipt.id), receipt.at,
            _business_day(receipt.at, 2) if is_payment else receipt.at, "charge" if is_payment else "refund",
            receipt.id, amount if is_payment else -amount, fee, rate,
            "Subscription update" if is_payment else "REFUND FOR CHARGE (Subscription update)")  # fmt: skip


def _withdrawals(company: Company, made: Iterable[Withdrawal]) -> Iterator[Entry]:
    for one in made:
        yield Entry(one.id, one.at, one.at, "adjustment", one.dispute, one.cents, one.fee, one.rate, one.text)


def _dollars(company: Company, receipt: Receipt) -> tuple[int, int]:
    """Cents at the rate of the day, and the rate."""
    rate = company.rates.on(receipt.currency, day_of(receipt.at))
    return company.rates.cents(receipt.amount, receipt.currency, rate), rate


def _fee(cents: int, is_abroad: bool, currency: str) -> int:
    parts = CARD_FEE + ABROAD * is_abroad + EXCHANGED * (currency != "usd")
    return (2 * cents * parts + 10_000) // 20_000 + 30


def _business_day(now: int, more: int) -> int:
    """The UTC midnight of the day so many weekdays later; from a weekend on, counted from Friday."""
    day = day_of(now)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    for _ in range(more):
        day += timedelta(days=3 if day.weekday() == 4 else 1)
    return midnight(day)


def _payouts(company: Company, entries: Sequence[Entry]) -> list[Entry]:
    """Each weekday morning what has become available goes to the bank; a debt waits for what comes in."""
    left, queue, made, has_failed = list(entries), [], [], False
    for morning in range(midnight(day_of(BALANCE_SINCE)) + PAID_AT, company.until + 1, DAY):
        while left and left[0].available <= morning:
            queue.append(left.pop(0))
        total = sum(one.net for one in queue)
        if day_of(morning).weekday() > 4 or total <= 0:
            continue
        payout = payout_body(token("po_1", 23, company.seed, morning), morning, _business_day(morning, 1), total)
        content = {"id": payout["id"], "data": [one.id for one in queue]}
        company.book.put("stripe", "payout_content", content, morning, morning)
        made.append(Entry(payout["balance_transaction"], morning, morning, "payout", payout["id"], -total,
                          text="STRIPE PAYOUT"))  # fmt: skip
        queue, fails = [], not has_failed and morning >= FAILS_FROM
        has_failed = has_failed or fails
        back = _settle(company, payout, fails=fails)
        if back is not None:
            made.append(back)
            insort(left, back, key=_turn)
    return made


def _settle(company: Company, body: Body, *, fails: bool) -> Entry | None:
    """Tell what becomes of a payout by now; the entry of its money coming back, if it bounced."""
    log = StripeLog(company.book, body["id"])
    log.put("payout", body, body["created"], "payout.created")
    arrived = body["arrival_date"] + 15 * HOUR
    if arrived <= company.until:
        body["status"] = "paid"
        log.put("payout", body, arrived, "payout.paid")
    bounced = arrived + DAY
    if not fails or bounced > company.until:
        log.settle()
        return None
    back = transaction_id(body["id"], "failure")
    body.update(status="failed", failure_balance_transaction=back, failure_code="could_not_process",
                failure_message="The bank could not process this payout.")  # fmt: skip
    log.put("payout", body, bounced, "payout.failed")
    log.settle()
    return Entry(back, bounced, bounced, "payout_failure", body["id"], body["amount"], text="STRIPE PAYOUT FAILED")


def _put(company: Company, entry: Entry) -> None:
    is_available = entry.available <= company.until
    charge = [{"amount": entry.fee, "application": None, "currency": "usd",
               "description": "Dispute fee" if entry.kind == "adjustment" else "Stripe processing fees",
               "type": "stripe_fee"}] if entry.fee else []  # fmt: skip
    category = {"adjustment": "dispute" if entry.amount < 0 else "dispute_reversal",
                "payout_failure": "payout_reversal"}.get(entry.kind, entry.kind)  # fmt: skip
    body = {
        "id": entry.id, "object": "balance_transaction", "amount": entry.amount, "available_on": entry.available,
        "created": entry.at, "currency": "usd", "description": entry.text,
        "exchange_rate": None if entry.rate == RATE_UNIT else entry.rate / RATE_UNIT, "fee": entry.fee,
        "fee_details": charge, "net": entry.net, "reporting_category": category, "source": entry.source,
        "status": "available" if is_available else "pending", "type": entry.kind,
    }  # fmt: skip
    company.book.put("stripe", "balance_transaction", body, entry.at, entry.available if is_available else entry.at)
