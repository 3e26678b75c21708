"""The pipeline, deals won and lost, and what was expected of them, from what Sales did deal by deal."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.crm_bodies import ODDS
from pipelines.sandbox.company.truth import Close
from pipelines.sandbox.figures import quotas, sales_leads, sales_pace
from pipelines.sandbox.figures.deals import CUTS, Worked, calendar, name_of, open_at, worked
from pipelines.sandbox.figures.told import Entry, Told, divided, summed

PIPELINE = ("stage", "forecast_category", *CUTS)
CATEGORY = {"Proposal": "Best case", "Negotiation": "Commit"}
STALE = 60 * 24 * 3600
Parts = dict[str, str]


def told(company: Company, books: Books) -> Iterator[Told]:
    """Every figure of Sales."""
    deals = worked(company, books)
    months = calendar(company, books, deals)
    yield from _pipeline(deals, months)
    yield from _closed(deals, months)
    yield from _cohorts(deals)
    yield from _forecast(deals, months)
    yield from sales_leads.told(company, books)
    yield from quotas.told(company, deals, months)
    yield from sales_pace.told(deals, months)


def _pipeline(deals: list[Worked], months: list[Close]) -> Iterator[Told]:
    """What was open at each close."""
    entries: dict[str, list[Entry]] = {name: [] for name in (
        "open_pipeline", "open_deals", "weighted_pipeline", "stale_deals", "stale_pipeline")}  # fmt: skip
    for close in months:
        for one, step in open_at(deals, close.instant):
            parts = one.parts | {
                "stage": step.stage, "forecast_category": CATEGORY.get(step.stage, "Pipeline"),
                "rep": name_of(step.owner),
            }  # fmt: skip
            is_stale = close.instant - step.at > STALE
            of_deal = {
                "open_pipeline": int(step.amount), "open_deals": 1,
                "weighted_pipeline": Fraction(int(step.amount) * ODDS[step.stage], 100),
                "stale_deals": int(is_stale), "stale_pipeline": int(step.amount) if is_stale else 0,
            }  # fmt: skip
            for metric, amount in of_deal.items():
                entries[metric].append(Entry(close.month, parts, amount))
    for metric, kept in entries.items():
        yield from summed(metric, PIPELINE, kept)


def _closed(deals: list[Worked], months: list[Close]) -> Iterator[Told]:
    """Deals by the month they closed in."""
    known = {close.month for close in months}
    closed = [one for one in deals if one.is_closed and one.close_month in known]
    won = [one for one in closed if one.is_won]
    counted = {
        name: list(summed(name, CUTS, (Entry(one.close_month, one.parts, int(counts(one))) for one in closed)))
        for name, counts in (
            ("won_deals", lambda one: one.is_won), ("lost_deals", lambda one: not one.is_won),
            ("closed_deals", lambda one: True),
        )
    }  # fmt: skip
    tcv = list(summed("won_tcv", CUTS, (
        Entry(one.close_month, one.parts, one.amount if one.is_won else 0) for one in closed)))  # fmt: skip
    acv = list(summed("won_acv", CUTS, (
        Entry(one.close_month, one.parts, one.annual if one.is_won else 0) for one in closed)))  # fmt: skip
    for figures in (*counted.values(), tcv, acv):
        yield from figures
    wins = list(summed("", CUTS, (Entry(one.close_month, one.parts, 1) for one in won)))
    yield from divided("win_rate", counted["won_deals"], counted["closed_deals"])
    yield from divided("average_deal_tcv", tcv, wins)
    yield from divided("average_deal_acv", acv, wins)


def _cohorts(deals: list[Worked]) -> Iterator[Told]:
    """Deals by the month they were opened in, as they are now."""
    ways = {
        "created_deals": lambda one: True,
        "cohort_won_deals": lambda one: one.is_won,
        "cohort_closed_deals": lambda one: one.is_closed,
        "cohort_open_deals": lambda one: not one.is_closed,
    }
    found = {
        metric: list(summed(metric, CUTS, (Entry(one.zone_month, one.parts, int(counts(one))) for one in deals)))
        for metric, counts in ways.items()
    }
    for figures in found.values():
        yield from figures
    yield from divided("cohort_win_rate", found["cohort_won_deals"], found["cohort_closed_deals"])


def _forecast(deals: list[Worked], months: list[Close]) -> Iterator[Told]:
    """What was expected to close in a month when it began, and what of that was won."""
    by = ("forecast_category", "rep", "deal_type")
    entries: dict[str, list[Entry]] = {"forecast_pipeline": [], "forecast_weighted": [], "forecast_won": []}
    for before, close in zip(months, months[1:], strict=False):
        for one, step in open_at(deals, before.instant):
            if step.close.replace(day=1) != close.month:
                continue
            parts = {
                "forecast_category": CATEGORY.get(step.stage, "Pipeline"), "rep": name_of(step.owner),
                "deal_type": one.deal.kind,
            }  # fmt: skip
            is_won = one.is_won and one.close_month == close.month
            entries["forecast_pipeline"].append(Entry(close.month, parts, int(step.amount)))
            weighted = Fraction(int(step.amount) * ODDS[step.stage], 100)
            entries["forecast_weighted"].append(Entry(close.month, parts, weighted))
            entries["forecast_won"].append(Entry(close.month, parts, one.amount if is_won else 0))
    found = {metric: list(summed(metric, by, kept)) for metric, kept in entries.items()}
    for figures in found.values():
        yield from figures
    committed = [one for one in entries["forecast_pipeline"] if one.parts["forecast_category"] == "Commit"]
    yield from summed("forecast_commit", by[1:], committed)
    yield from divided("forecast_attainment", found["forecast_won"], found["forecast_weighted"])
