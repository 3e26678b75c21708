"""The pipeline, deals won and lost, and what was expected of them, from what Sales did deal by deal."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.crm_bodies import ODDS
from pipelines.sandbox.company.truth import Close
from pipelines.sandbox.figures import quotas, sales_leads, sales_pace
from pipelines.sandbox.figures.deals import CUTS, Open, Worked, all_of, calendar, name_of, open_at, worked
from pipelines.sandbox.figures.tally import told_of
from pipelines.sandbox.figures.told import Told, divided

CATEGORY = {"Proposal": "Best case", "Negotiation": "Commit"}
STALE = 60 * 24 * 3600


def told(company: Company, books: Books) -> Iterator[Told]:
    """Every figure of Sales."""
    deals = worked(company, books)
    months = calendar(company, books, deals)
    standing = [open_at(deals, close.instant) for close in months]
    yield from _pipeline(standing, months)
    yield from _closed(deals, months)
    yield from _cohorts(deals)
    yield from _forecast(standing, months)
    yield from sales_leads.told(company, books)
    yield from quotas.told(company, deals, months)
    yield from sales_pace.told(deals, standing, months)


def _pipeline(standing: list[Open], months: list[Close]) -> Iterator[Told]:
    """What was open at each close."""
    entries = []
    for close, found in zip(months, standing, strict=True):
        for one, step in found:
            stage = {"stage": step.stage, "forecast_category": CATEGORY.get(step.stage, "Pipeline")}
            cents, stale = int(step.amount) * 100, int(close.instant - step.at > STALE)
            amounts = (cents, 1, int(step.amount) * ODDS[step.stage], stale, cents * stale)
            entries.append((close.month, one.parts | stage | {"rep": name_of(step.owner)}, amounts))
    metrics = ("open_pipeline*", "open_deals", "weighted_pipeline*", "stale_deals", "stale_pipeline*")
    yield from all_of(told_of(metrics, ("stage", "forecast_category", *CUTS), entries, together=False))


def _closed(deals: list[Worked], months: list[Close]) -> Iterator[Told]:
    """Deals by the month they closed in."""
    known = {close.month for close in months}
    found = told_of(("won_deals", "lost_deals", "closed_deals", "won_tcv*", "won_acv*"), CUTS, (
        (one.closes_in, one.parts, (1, 0, 1, one.amount, one.annual) if one.is_won else (0, 1, 1, 0, 0))
        for one in deals if one.closed is not None and one.closes_in in known), together=False)  # fmt: skip
    yield from all_of(found)
    yield from divided("win_rate", found["won_deals"], found["closed_deals"])
    yield from divided("average_deal_tcv", found["won_tcv"], found["won_deals"])
    yield from divided("average_deal_acv", found["won_acv"], found["won_deals"])


def _cohorts(deals: list[Worked]) -> Iterator[Told]:
    """Deals by the month they were opened in, as they are now."""
    metrics = ("created_deals", "cohort_won_deals", "cohort_closed_deals", "cohort_open_deals")
    found = told_of(metrics, CUTS, (
        (one.opened_in, one.parts, (1, int(one.is_won), int(one.closed is not None), int(one.closed is None)))
        for one in deals), together=False)  # fmt: skip
    yield from all_of(found)
    yield from divided("cohort_win_rate", found["cohort_won_deals"], found["cohort_closed_deals"])


def _forecast(standing: list[Open], months: list[Close]) -> Iterator[Told]:
    """What was expected to close in a month when it began, and what of that was won."""
    by = ("forecast_category", "rep", "deal_type")
    entries = []
    for before, close in zip(standing, months[1:], strict=False):
        for one, step in before:
            if step.close.replace(day=1) == close.month:
                won = one.amount if one.is_won and one.closes_in == close.month else 0
                amounts = (int(step.amount) * 100, int(step.amount) * ODDS[step.stage], won)
                parts = {"forecast_category": CATEGORY.get(step.stage, "Pipeline"), "rep": name_of(step.owner),
                         "deal_type": one.deal.kind}  # fmt: skip
                entries.append((close.month, parts, amounts))
    found = told_of(("forecast_pipeline*", "forecast_weighted*", "forecast_won*"), by, entries, together=False)
    yield from all_of(found)
    committed = [entry for entry in entries if entry[1]["forecast_category"] == "Commit"]
    amounts_of = ((*entry[:2], entry[2][:1]) for entry in committed)
    yield from all_of(told_of(("forecast_commit*",), by[1:], amounts_of, together=False))
    yield from divided("forecast_attainment", found["forecast_won"], found["forecast_weighted"])
