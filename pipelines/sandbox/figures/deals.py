"""The deals that Sales works on, as its own people remember them: who had which when, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cached_property

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.crm_deals import Deal, Step, steps
from pipelines.sandbox.company.crm_staff import REPS
from pipelines.sandbox.company.truth import Close, closes

CUTS = ("rep", "deal_type", "country", "lead_source", "industry", "company_size", "deal_size")
COMPANY_SIZES = ((10, "1-10"), (50, "11-50"), (200, "51-200"), (1000, "201-1000"))
DEAL_SIZES = ((1000, "under 1k"), (5000, "1k-5k"), (25000, "5k-25k"), (100000, "25k-100k"))


@dataclass(frozen=True)
class Worked:
    """A deal as far as it has come, with the steps that were taken."""

    deal: Deal
    taken: tuple[Step, ...]
    zone_month: date

    @property
    def opened(self) -> int:
        return self.deal.opened

    @property
    def is_closed(self) -> bool:
        return self.taken[-1].stage.startswith("Closed")

    @property
    def is_won(self) -> bool:
        return self.is_closed and self.deal.is_won

    @property
    def closed(self) -> int | None:
        """The instant of its end; None while it is open."""
        return self.taken[-1].at if self.is_closed else None

    @property
    def close_month(self) -> date:
        return self.taken[-1].close.replace(day=1)

    @property
    def amount(self) -> int:
        """Whole dollars, of all of its term."""
        return int(self.taken[-1].amount)

    @cached_property
    def annual(self) -> Fraction:
        """What it is worth in a year, in whole cents."""
        cents = Fraction(self.amount * 100 * 12, max(self.deal.months, 12))
        return Fraction(int(cents + Fraction(1, 2)), 100)

    @cached_property
    def parts(self) -> dict[str, str]:
        """What it is cut by, as it stands now: the one who has it, or had it when it closed."""
        last = self.taken[-2] if self.is_closed and len(self.taken) > 1 else self.taken[-1]
        return {
            "rep": name_of(last.owner),
            "deal_type": self.deal.kind,
            "country": self.deal.country,
            "lead_source": self.deal.source or "Unknown",
            "industry": self.deal.industry or "Unknown",
            "company_size": _band(COMPANY_SIZES, self.deal.employees) if self.deal.employees else "Unknown",
            "deal_size": _band(DEAL_SIZES, self.annual, is_below=True),
        }

    def at(self, instant: int) -> Step | None:
        """The step it stood at when that instant came; None where it was not there yet, or over."""
        before = [step for step in self.taken if step.at < instant]
        return before[-1] if before and not before[-1].stage.startswith("Closed") else None


def worked(company: Company, books: Books) -> list[Worked]:
    """All deals but those of our own accounts and of tests."""
    same, left_out = who_is_who(company)
    found = []
    for deal in company.deals:
        if same.get(("stripe", deal.customer or ""), deal.customer) in left_out:
            continue
        taken = tuple(step for step in steps(deal) if step.at <= company.until)
        opened = datetime.fromtimestamp(deal.opened, UTC).astimezone(books.zone).date()
        found.append(Worked(deal, taken, opened.replace(day=1)))
    return found


def calendar(company: Company, books: Books, deals: list[Worked]) -> list[Close]:
    """The closes of all months since the first deal; the oldest were opened before the books were."""
    first = min([books.months[0].month, *(one.zone_month for one in deals)])
    return closes(books.zone, company.until, first)


def name_of(owner: int) -> str:
    return " ".join(REPS[owner])


def open_at(deals: list[Worked], instant: int) -> Iterator[tuple[Worked, Step]]:
    """The deals that were open when an instant came, with the step each stood at."""
    for one in deals:
        if one.opened < instant and (one.closed is None or one.closed >= instant):
            step = one.at(instant)
            if step is not None:
                yield one, step


def _band(bands: tuple[tuple[int, str], ...], size: int | Fraction, *, is_below: bool = False) -> str:
    for most, name in bands:
        if size < most or (size == most and not is_below):
            return name
    return f"over {bands[-1][0] if not is_below else '100k'}"
