"""Finance's ARR: list prices at Stripe, subscription by subscription."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company.desk import Deal
from pipelines.sandbox.company.history import Agreement, Bill
from pipelines.sandbox.reasons.known import Known, Worth
from pipelines.sandbox.reasons.reason import Reason


def reasons(known: Known) -> Iterator[Reason]:
    """Each subscription that is counted, each that is missing, each contract, and what rounding did."""
    bills = _newest_bills(known)
    for _, customer, deal in known.deals():
        if deal.status in ("active", "past_due"):
            yield from _counted(known, customer, deal, bills.get(id(deal.agreement)))
        elif deal.id in known.of_record:
            why = "owed_under_30_days" if deal.status == "unpaid" else "unexplained"
            yield Reason("finance", why, "stripe", deal.id, customer, -known.of_record[deal.id].net)
    for worth in known.worths:
        if worth.system == "files":
            yield Reason("finance", "not_in_system", "files", worth.record, worth.customer, -worth.net)
    yield from rounding("finance", known)


def _newest_bills(known: Known) -> dict[int, Bill]:
    """The newest bill that began a period of each agreement."""
    newest: dict[int, Bill] = {}
    for bill in known.company.diary.bills:
        if bill.begins and not bill.is_void and bill.agreement is not None:
            before = newest.get(id(bill.agreement))
            if before is None or before.finalized_at <= bill.finalized_at:
                newest[id(bill.agreement)] = bill
    return newest


def _counted(known: Known, customer: str, deal: Deal, bill: Bill | None) -> Iterator[Reason]:
    agreement: Agreement = deal.agreement
    rate = known.company.rates.on(agreement.currency, date(known.close.day.year, 1, 1))

    def budget(minor: Fraction) -> int:
        return known.at_rate(minor, agreement.currency, rate)

    listed, cycles = Fraction(0), Fraction(0)
    for item in deal.items:
        if item.plan.usage == "licensed":
            listed += 12 * item.plan.amount * item.quantity * item.plan.per_month
        else:
            cycles = 12 * item.plan.per_month
    usage = cycles * bill.usage if bill else Fraction(0)
    tax = cycles * (bill.total - bill.net) if bill else Fraction(0)
    claimed, untaxed, priced = (budget(minor) for minor in (listed + usage + tax, listed + usage, listed))
    if customer in known.left_out:
        yield Reason("finance", "internal_account", "stripe", deal.id, customer, claimed)
        return
    yield Reason("finance", "tax_included", "stripe", deal.id, customer, claimed - untaxed)
    yield Reason("finance", "metered_usage_included", "stripe", deal.id, customer, untaxed - priced)
    worth = known.of_record[deal.id]
    yield Reason("finance", "exchange_rate", "stripe", deal.id, customer, priced - worth.gross)
    yield from less("finance", worth)


def less(department: str, worth: Worth) -> Iterator[Reason]:
    """What is between the price of a subscription and its ARR."""
    for reason, amount in (
        ("discount_ignored", worth.gross - worth.discounted),
        ("paused", worth.discounted - worth.unpaused),
        ("unpaid", worth.unpaused - worth.kept),
        ("trial_counted", worth.kept - worth.net),
    ):
        yield Reason(department, reason, worth.system, worth.record, worth.customer, amount)


def rounding(department: str, known: Known) -> Iterator[Reason]:
    """Twelve times what was rounded each month, told of the customer's largest record."""
    of_customer: dict[str, list[Worth]] = {}
    for worth in known.worths:
        of_customer.setdefault(worth.customer, []).append(worth)
    for customer, worths in of_customer.items():
        largest = min(worths, key=lambda one: (-one.net, one.record))
        amount = sum(one.net for one in worths) - known.certified.get(customer, 0)
        yield Reason(department, "rounding", largest.system, largest.record, customer, amount)
