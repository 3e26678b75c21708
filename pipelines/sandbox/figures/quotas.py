"""Quotas and what was won to whose credit: from the file of quotas, and from who shared which deal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.contracts import month_later
from pipelines.sandbox.company.crm_deals import PRICED, shares
from pipelines.sandbox.company.truth import Close
from pipelines.sandbox.figures.deals import Worked, name_of
from pipelines.sandbox.figures.told import Entry, Told, divided, summed

METRICS = ("credited_bookings", "quota", "bookings_under_quota", "quarter_bookings", "quarter_quota")
PerRep = dict[tuple[date, str], Fraction]


def told(company: Company, deals: list[Worked], months: list[Close]) -> Iterator[Told]:
    """Credited bookings and quotas of each month, and of each quarter so far."""
    credit, quota = _credited(deals), _quotas(company)
    reps = sorted({rep for _, rep in credit} | {rep for _, rep in quota})
    entries: dict[str, list[Entry]] = {metric: [] for metric in METRICS}
    for close in months:
        quarter = close.month.replace(month=close.month.month - (close.month.month - 1) % 3)
        its_months = [month_later(quarter, number) for number in range(3)]
        for rep in reps:
            won = credit.get((close.month, rep), Fraction(0))
            whole = sum((quota.get((month, rep), Fraction(0)) for month in its_months), Fraction(0))
            if not won and not whole:
                continue
            so_far = sum((credit.get((month, rep), Fraction(0)) for month in its_months
                          if month <= close.month and (month, rep) in quota), Fraction(0))  # fmt: skip
            has_quota = (close.month, rep) in quota
            of_rep = (won, quota.get((close.month, rep), Fraction(0)), won if has_quota else Fraction(0), so_far, whole)
            for metric, amount in zip(METRICS, of_rep, strict=True):
                entries[metric].append(Entry(close.month, {"rep": rep}, amount))
    found = {metric: list(summed(metric, ("rep",), kept)) for metric, kept in entries.items()}
    for figures in found.values():
        yield from figures
    yield from divided("quota_attainment", found["bookings_under_quota"], found["quota"])
    yield from divided("quarter_attainment", found["quarter_bookings"], found["quarter_quota"])


def _credited(deals: list[Worked]) -> PerRep:
    """Dollars won by those who share the credit, or by the owner alone; what is renewed is not won anew."""
    credit: PerRep = {}
    for one in deals:
        if not one.is_won or one.deal.kind == "Renewal":
            continue
        shared = shares(one.deal) if one.deal.has_life and len(one.taken) > PRICED else ()
        for rep, percent in [(name_of(owner), part) for owner, part in shared] or [(one.parts["rep"], 100.0)]:
            key = (one.closes_in, rep)
            credit[key] = credit.get(key, Fraction(0)) + Fraction(one.amount * int(percent), 10000)
    return credit


def _quotas(company: Company) -> PerRep:
    """Each month's third of its quarter's quota, in cents that add up to it."""
    quotas: PerRep = {}
    for row in company.files["quotas"]:
        cents = round(float(row["amount"]) * 100)
        passed = [Fraction(_nearest(Fraction(cents * number, 3)), 100) for number in range(4)]
        for number in range(3):
            month = month_later(row["period_start"], number)
            quotas[month, row["rep_name"]] = passed[number + 1] - passed[number]
    return quotas


def _nearest(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
