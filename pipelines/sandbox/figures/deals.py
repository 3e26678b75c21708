"""The deals that Sales works on, as its own people remember them: who had which when, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.crm_deals import Deal, Step, steps
from pipelines.sandbox.company.crm_staff import REPS
from pipelines.sandbox.company.truth import Close, closes
from pipelines.sandbox.figures.told import Told

CUTS = ("rep", "deal_type", "country", "lead_source", "industry", "company_size", "deal_size")
COMPANY_SIZES = ((11, "1-10"), (51, "11-50"), (201, "51-200"), (1001, "201-1000"))
DEAL_SIZES = ((1000_00, "under 1k"), (5000_00, "1k-5k"), (25000_00, "5k-25k"), (100000_00, "25k-100k"))
Open = list[tuple["Worked", Step]]


@dataclass(frozen=True)
class Worked:
    """A deal as far as it has come.

    Attributes:
        deal: what it is, and who it is with.
        taken: the steps that were taken.
        opened, closed: instants; None while it is open.
        opened_in, closes_in: first days of the months in which it was opened, and in which it closed or is expected to.
        amount, annual: cents of its whole term, and of a year of it.
        parts: what it is cut by, as it stands now; the one who has it, or had it when it closed.
    """

    deal: Deal
    taken: tuple[Step, ...]
    opened: int
    closed: int | None
    is_won: bool
    opened_in: date
    closes_in: date
    amount: int
    annual: int
    parts: dict[str, str]


def worked(company: Company, books: Books) -> list[Worked]:
    """All deals but those of our own accounts and of tests."""
    same, left_out = who_is_who(company)
    return [
        _worked(deal, tuple(step for step in steps(deal) if step.at <= company.until), books)
        for deal in company.deals
        if same.get(("stripe", deal.customer or ""), deal.customer) not in left_out
    ]


def _worked(deal: Deal, taken: tuple[Step, ...], books: Books) -> Worked:
    last = taken[-1]
    is_closed = last.stage.startswith("Closed")
    cents = int(last.amount) * 100
    annual = int(Fraction(cents * 12, max(deal.months, 12)) + Fraction(1, 2))
    parts = {
        "rep": name_of((taken[-2] if is_closed and len(taken) > 1 else last).owner),
        "deal_type": deal.kind,
        "country": deal.country,
        "lead_source": deal.source or "Unknown",
        "industry": deal.industry or "Unknown",
        "company_size": _band(COMPANY_SIZES, deal.employees, "over 1000") if deal.employees else "Unknown",
        "deal_size": _band(DEAL_SIZES, annual, "over 100k"),
    }
    opened_in = datetime.fromtimestamp(deal.opened, UTC).astimezone(books.zone).date().replace(day=1)
    return Worked(
        deal, taken, deal.opened, last.at if is_closed else None, is_closed and deal.is_won, opened_in,
        last.close.replace(day=1), cents, annual, parts,
    )  # fmt: skip


def _band(bands: tuple[tuple[int, str], ...], size: int, above: str) -> str:
    return next((name for below, name in bands if size < below), above)


def calendar(company: Company, books: Books, deals: list[Worked]) -> list[Close]:
    """The closes of all months since the first deal; the oldest were opened before the books were."""
    first = min([books.months[0].month, *(one.opened_in for one in deals)])
    return closes(books.zone, company.until, first)


def name_of(owner: int) -> str:
    return " ".join(REPS[owner])


def open_at(deals: list[Worked], instant: int) -> Open:
    """The deals that were open when an instant came, with the step each stood at."""
    return [
        (one, next(step for step in reversed(one.taken) if step.at < instant))
        for one in deals
        if one.opened < instant and (one.closed is None or one.closed >= instant)
    ]


def all_of(figures: dict[str, list[Told]]) -> Iterator[Told]:
    """Every figure that was tallied."""
    for told in figures.values():
        yield from told
