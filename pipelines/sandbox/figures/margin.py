"""What it cost to deliver the service, and what is left of revenue, product by product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.stripe_bodies import transaction_id
from pipelines.sandbox.figures.bills import counted_payments, rounded
from pipelines.sandbox.figures.told import Entry, Told, combined, divided, summed

FEES, NOBODY = "Payment fees", "Not allocated"


@dataclass(frozen=True)
class Margin:
    """What it cost, what is left, and the revenue, whole and by product, of the months whose costs have come."""

    cost: list[Told]
    profit: list[Told]
    revenue: list[Told]

    def wholes(self) -> tuple[dict[date, Fraction], dict[date, Fraction]]:
        """Profit and revenue by month."""
        profit, revenue = (
            {key[0]: value for key, value in one[0].values.items()} for one in (self.profit, self.revenue)
        )
        return profit, revenue


def told(made: Margin) -> Iterator[Told]:
    """Cost of revenue, gross profit and gross margin."""
    yield from made.cost
    yield from made.profit
    yield from divided("gross_margin", made.profit, made.revenue)


def margin_of(company: Company, books: Books, earned: Iterable[Told]) -> Margin:
    """From the costs' file, Stripe's fees, and the revenue that was told."""
    entries = [*_costs(company), *_shared(company, books)]
    known = {entry.month for entry in entries}
    cost = list(summed("cost_of_revenue", ("product",), entries, per=100))
    revenue = [
        Told(one.metric, one.by, {key: value for key, value in one.values.items() if key[0] in known})
        for one in earned
        if one.by in ((), ("product",))
    ]
    return Margin(cost, list(combined("gross_profit", (1, revenue), (-1, cost))), revenue)


def _costs(company: Company) -> Iterator[Entry]:
    """The rows of the costs' file, in whole cents of a dollar, as the company keeps them."""
    for row in company.files["costs"]:
        if row["is_cost_of_revenue"]:
            yield Entry(row["month"], {"product": row["product"] or NOBODY}, int(Fraction(row["amount"]) * 100))


def _shared(company: Company, books: Books) -> Iterator[Entry]:
    """What of payment fees goes from nobody to each product: by what Stripe took of its payments."""
    paid: dict[date, int] = {}
    known: dict[date, int] = {}
    taken: dict[date, dict[str, Fraction]] = {}
    fees: dict[date, int] = {}
    sales = {bill.id: [sale for sale in bill.sales if sale.amount > 0] for bill in company.diary.bills}
    for receipt, day, cents in counted_payments(company, books):
        month = day.replace(day=1)
        paid[month] = paid.get(month, 0) + cents
        held = company.book.objects.get(("stripe", "balance_transaction", transaction_id(receipt.id)))
        if held is None:
            continue
        known[month] = known.get(month, 0) + cents
        fees[month] = fees.get(month, 0) + held.body["fee"]
        whole = sum(sale.amount for sale in sales[receipt.bill])
        for sale in sales[receipt.bill]:
            of = taken.setdefault(month, {})
            of[sale.product] = of.get(sale.product, Fraction(0)) + Fraction(held.body["fee"] * sale.amount, whole)
    for row in company.files["costs"]:
        month = row["month"]
        if row["category"] == FEES and fees.get(month):
            cents = int(Fraction(row["amount"]) * 100)
            for product, fee in taken[month].items():
                share = cents * Fraction(known[month], paid[month]) * fee / fees[month]
                moved = rounded(share.numerator, share.denominator)
                yield Entry(month, {"product": product}, moved)
                yield Entry(month, {"product": NOBODY}, -moved)
