"""Support's cases as its people remember them: who wrote for which customer, and what was done when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.catalog import EXPONENT
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.spans import Span
from pipelines.sandbox.company.support_ticket import Step
from pipelines.sandbox.company.zendesk import Case, shown_until
from pipelines.sandbox.company.zendesk_bodies import GROUP_OF, GROUPS
from pipelines.sandbox.figures.countries import countries
from pipelines.sandbox.figures.product_panel import local_day
from pipelines.sandbox.figures.regions import region_of

CUTS = ("priority", "channel", "support_group", "product", "plan", "country", "region")
STRANGER = {"product": "Unknown", "plan": "Unknown", "country": "Unknown", "region": "Unknown"}


@dataclass
class Worked:
    """A case as far as it has come; instants in order.

    Attributes:
        parts: what it is cut by.
        created: when it came.
        replies: public ones of agents.
        solutions, reopenings: each of them.
        asked: when its requester was asked whether they are satisfied; None if not.
        answer: good or bad; empty until it has come.
    """

    parts: dict[str, str]
    created: int
    replies: list[int] = field(default_factory=list)
    solutions: list[int] = field(default_factory=list)
    reopenings: list[int] = field(default_factory=list)
    asked: int | None = None
    answer: str = ""

    @property
    def solved(self) -> int | None:
        """The last solution; None while it is open."""
        return self.solutions[-1] if len(self.solutions) > len(self.reopenings) else None

    def is_open_at(self, close: int) -> bool:
        """Whether it had come and was not solved, counting what happened before the close."""
        begun = sum(at < close for at in (self.created, *self.reopenings))
        return begun > sum(at < close for at in self.solutions)


def worked_cases(company: Company, books: Books) -> list[Worked]:
    """All cases but what was deleted, what is told in another case, and those of our own accounts and of tests."""
    same, left_out = who_is_who(company)
    country, until, found = countries(company), shown_until(company), []
    for case in company.cases:
        customer = same.get(("stripe", case.house.customer_id), case.house.customer_id) if case.house else ""
        steps = case.course.until(until)
        is_merged = case.course.merged and steps[-1].status == "closed"
        if steps[-1].status == "deleted" or is_merged or customer in left_out:
            continue
        parts = _parts(case) | STRANGER
        if customer:
            where = country.get(customer, "Unknown")
            product, plan = _has(company, books, customer, case.course.created)
            parts |= {"product": product, "plan": plan, "country": where, "region": region_of(where)}
        one = Worked(parts, case.course.created)
        _live(one, steps)
        rating = case.course.rating
        if rating is not None and rating.offered_at <= until:
            one.asked = rating.offered_at
            one.answer = rating.score if rating.rated_at is not None and rating.rated_at <= until else ""
        found.append(one)
    return found


def _parts(case: Case) -> dict[str, str]:
    one = case.course
    return {"priority": one.priority, "channel": one.channel, "support_group": GROUPS[GROUP_OF[one.topic]]}


def _live(one: Worked, steps: list[Step]) -> None:
    """Notes what was done, step by step."""
    for step in steps:
        if step.by == "agent" and step.said and step.is_public:
            one.replies.append(step.at)
        is_open = len(one.solutions) == len(one.reopenings)
        if is_open and step.status in ("solved", "closed"):
            one.solutions.append(step.at)
        elif not is_open and step.status == "open":
            one.reopenings.append(step.at)


def _has(company: Company, books: Books, customer: str, at: int) -> tuple[str, str]:
    """Product and plan of what brought most of the customer just then; of what brings as much the first by name."""
    day = next(close.day for close in books.months if at < close.instant)

    def worth(span: Span) -> Fraction:
        return span.net * company.rates.on(span.currency, day) * Fraction(1, 10 ** EXPONENT[span.currency])

    running = [span for span in books.spans.get(customer, []) if span.start < at <= span.end]
    if not running:
        return "No subscription", "No subscription"
    most = min(running, key=lambda span: (-worth(span), span.product, span.plan))
    return most.product, most.plan


def month_of(instant: int, books: Books) -> date:
    """The first day of the month in which something happened, where the company reports."""
    return local_day(instant, books.zone).replace(day=1)
