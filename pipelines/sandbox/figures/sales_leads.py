"""Leads: who came, who came twice, whom Sales took on, and who bought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.crm_bodies import sf_id
from pipelines.sandbox.company.market import Prospect
from pipelines.sandbox.company.times import day_of
from pipelines.sandbox.figures.told import Entry, Told, Values, divided, summed

BY = ("lead_source", "country")
METRICS = ("new_leads", "duplicate_leads", "converted_leads", "leads_with_deal", "won_leads", "qualified_leads")


def told(company: Company, books: Books) -> Iterator[Told]:
    """Leads by the month they came, and by the month they qualified; a person is one, whatever it wrote."""
    entries: dict[str, list[Entry]] = {metric: [] for metric in METRICS}
    for leads in _people(company):
        first, *again = leads
        parts = {"lead_source": first.source, "country": first.country}
        qualified = [one.opened_at for one in leads if one.opened_at is not None and one.opened_at <= company.until]
        has_won = any(one.is_won and (one.closed_at or 0) <= company.until for one in leads if one.opened_at)
        came = _month(first.lead_at, books)
        _add(entries, came, parts, new_leads=1, converted_leads=int(bool(qualified)),
             leads_with_deal=int(bool(qualified)), won_leads=int(has_won))  # fmt: skip
        if qualified:
            _add(entries, min(day_of(at) for at in qualified).replace(day=1), parts, qualified_leads=1)
        for one in again:
            _add(entries, _month(one.lead_at, books), {"lead_source": one.source, "country": one.country},
                 duplicate_leads=1)  # fmt: skip
    found = {metric: list(summed(metric, BY, kept)) for metric, kept in entries.items()}
    for figures in found.values():
        yield from figures
    for metric in ("converted", "won"):
        name = "lead_conversion_rate" if metric == "converted" else "lead_win_rate"
        yield from divided(name, found[f"{metric}_leads"], found["new_leads"])
    complete = {close.month for close in books.months if close.is_complete}
    for figure in found["qualified_leads"]:
        yield Told("lead_velocity", figure.by, _growth(figure.values, complete))


def _people(company: Company) -> list[list[Prospect]]:
    """Leads in Salesforce by address, each person's in the order they came."""
    people: dict[str, list[Prospect]] = {}
    for who in company.leads:
        if not who.is_migrated:
            people.setdefault(who.domain.lower(), []).append(who)
    for leads in people.values():
        leads.sort(key=lambda one: (one.lead_at, sf_id("Lead", company.seed, one.key)))
    return list(people.values())


def _add(entries: dict[str, list[Entry]], month: date, parts: dict[str, str], **counts: int) -> None:
    """Counts of one month; what is not named is none of it, in a month that is known."""
    for metric, kept in entries.items():
        kept.append(Entry(month, parts, counts.get(metric, 0)))


def _month(instant: int, books: Books) -> date:
    return datetime.fromtimestamp(instant, UTC).astimezone(books.zone).date().replace(day=1)


def _growth(values: Values, complete: set[date]) -> Values:
    """What became of each part beside the month before, where there was something."""
    grown = {}
    for (month, *parts), value in values.items():
        before = values.get((_before(month), *parts))
        if month in complete and before:
            grown[(month, *parts)] = value / before - 1
    return grown


def _before(month: date) -> date:
    return month.replace(year=month.year - 1, month=12) if month.month == 1 else month.replace(month=month.month - 1)
