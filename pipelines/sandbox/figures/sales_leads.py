"""Leads: who came, who came twice, whom Sales took on, and who bought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.crm_bodies import sf_id
from pipelines.sandbox.company.market import Prospect
from pipelines.sandbox.company.times import day_of
from pipelines.sandbox.figures.deals import all_of
from pipelines.sandbox.figures.tally import told_of
from pipelines.sandbox.figures.told import Told, Values, divided

BY = ("lead_source", "country")
METRICS = ("new_leads", "duplicate_leads", "converted_leads", "leads_with_deal", "won_leads", "qualified_leads")


def told(company: Company, books: Books) -> Iterator[Told]:
    """Leads by the month they came, and by the month they qualified; a person is one, whatever it wrote."""
    entries = []
    for first, *again in _people(company):
        parts = {"lead_source": first.source, "country": first.country}
        taken = [one for one in (first, *again) if one.opened_at is not None and one.opened_at <= company.until]
        has_won = any(one.is_won and (one.closed_at or 0) <= company.until for one in taken)
        is_taken = int(bool(taken))
        entries.append((_month(first.lead_at, books), parts, (1, 0, is_taken, is_taken, int(has_won), 0)))
        if taken:
            day = min(day_of(one.opened_at or 0) for one in taken)
            entries.append((day.replace(day=1), parts, (0, 0, 0, 0, 0, 1)))
        for one in again:
            its_own = {"lead_source": one.source, "country": one.country}
            entries.append((_month(one.lead_at, books), its_own, (0, 1, 0, 0, 0, 0)))
    found = told_of(METRICS, BY, entries, together=False)
    yield from all_of(found)
    yield from divided("lead_conversion_rate", found["converted_leads"], found["new_leads"])
    yield from divided("lead_win_rate", found["won_leads"], found["new_leads"])
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
