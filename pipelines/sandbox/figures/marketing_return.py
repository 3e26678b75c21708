"""What advertising brought for its money: the customers of a month beside what was spent a sales cycle earlier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.acquisition import paid_months
from pipelines.sandbox.figures.bills import rounded
from pipelines.sandbox.figures.marketing_ads import BY_CHANNEL, AdDay
from pipelines.sandbox.figures.marketing_credit import CUTS, WHOLE
from pipelines.sandbox.figures.revenue import earned_by_month
from pipelines.sandbox.figures.tally import Row, told_of
from pipelines.sandbox.figures.told import Told, combined, divided

MONTHS = 12
Cell = tuple[date, str, str]


def told(company: Company, books: Books, ads: list[AdDay], credits: list[Row]) -> Iterator[Told]:
    """CAC by channel, and the return of campaigns, by first touch."""
    earlier = paid_months(company, books)
    spent = _spent(earlier, ads)
    won: dict[Cell, list[Fraction]] = {}
    for month, parts, (_, _, customers, cents) in credits:
        if month in earlier and customers:
            held = won.setdefault((month, parts["channel"], parts["campaign"]), [Fraction(0), Fraction(0)])
            held[0] += Fraction(customers, WHOLE)
            held[1] += cents * MONTHS
    channels = {cell[:2] for cell, cents in spent.items() if cents}
    margins = _margins(company, books)
    rows, left = [], []
    for cell in spent.keys() | won.keys():
        month, channel, campaign = cell
        customers, cents = won.get(cell, (Fraction(0), Fraction(0)))
        earned = cents if spent.get(cell) else Fraction(0)
        parts = {"channel": channel, "campaign": campaign}
        counted = customers if (month, channel) in channels else Fraction(0)
        rows.append((month, parts, (spent.get(cell, 0), counted, earned)))
        if month in margins:
            kept = earned * margins[month]
            left.append((month, parts, (rounded(kept.numerator, kept.denominator),)))
    found = told_of(("acquisition_ad_spend*", "paid_channel_customers", "campaign_revenue*"), CUTS, rows)
    found |= told_of(("campaign_margin*",), CUTS, left)
    found["paid_channel_customers"] = [one for one in found["paid_channel_customers"] if one.by in BY_CHANNEL]
    for figures in found.values():
        yield from figures
    spend = found["acquisition_ad_spend"]
    yield from divided("cac_by_channel", spend, found["paid_channel_customers"])
    yield from divided("roas", found["campaign_revenue"], spend)
    gain = list(combined("gain", (1, found["campaign_margin"]), (-1, spend)))
    known = [Told("spend", one.by, {key: value for key, value in one.values.items() if key[0] in margins})
             for one in spend]  # fmt: skip
    yield from divided("campaign_roi", gain, known)


def _spent(earlier: Mapping[date, date], ads: list[AdDay]) -> dict[Cell, int]:
    """What each campaign cost in the month that lies a sales cycle before each; several may lie behind one."""
    by_month: dict[Cell, int] = {}
    for one in ads:
        cell = (one.month, one.parts["channel"], one.parts["campaign"])
        by_month[cell] = by_month.get(cell, 0) + one.cents
    return {
        (month, channel, campaign): cents
        for month, paid in earlier.items()
        for (spent_in, channel, campaign), cents in by_month.items()
        if spent_in == paid
    }


def _margins(company: Company, books: Books) -> dict[date, Fraction]:
    """The company's gross margin of each month whose costs are known."""
    costs: dict[date, Fraction] = {}
    for row in company.files["costs"]:
        if row["is_cost_of_revenue"]:
            costs[row["month"]] = costs.get(row["month"], Fraction(0)) + Fraction(row["amount"])
    earned = {month: Fraction(cents, 100) for month, cents in earned_by_month(company, books).items()}
    return {month: (earned[month] - cost) / earned[month] for month, cost in costs.items() if earned.get(month)}
