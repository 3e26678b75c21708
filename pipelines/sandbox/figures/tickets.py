"""How tickets came, were answered, solved, opened again and rated, from what support remembers of each case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.cases import CUTS, Worked, month_of, worked_cases
from pipelines.sandbox.figures.ticket_times import times
from pipelines.sandbox.figures.told import Entry, Told, divided, summed

COUNTED = (
    "tickets_created", "tickets_replied", "tickets_solved", "tickets_solved_reopened", "tickets_one_touch",
    "ticket_solutions", "ticket_reopenings", "open_tickets", "ticket_surveys", "ticket_surveys_rated",
    "ticket_surveys_good",
)  # fmt: skip
SHARES = {
    "ticket_reopened_share": ("tickets_solved_reopened", "tickets_solved"),
    "ticket_one_touch_share": ("tickets_one_touch", "tickets_solved"),
    "csat": ("ticket_surveys_good", "ticket_surveys_rated"),
    "csat_response_share": ("ticket_surveys_rated", "ticket_surveys"),
}


def told(company: Company, books: Books) -> Iterator[Told]:
    """Every figure of support."""
    cases = worked_cases(company, books)
    entries: dict[str, list[Entry]] = {name: [] for name in COUNTED}
    for case in cases:
        for name, month in _happened(case, books):
            entries[name].append(Entry(month, case.parts, 1))
    months = {entry.month for kept in entries.values() for entry in kept}
    counts = {name: list(summed(name, CUTS, kept, months=months)) for name, kept in entries.items()}
    for figures in counts.values():
        yield from figures
    for name, (part, whole) in SHARES.items():
        yield from divided(name, counts[part], counts[whole])
    yield from times(cases, books)


def _happened(case: Worked, books: Books) -> Iterator[tuple[str, date]]:
    """What a case adds to which figure, in which month."""
    yield "tickets_created", month_of(case.created, books)
    if case.replies:
        yield "tickets_replied", month_of(case.replies[0], books)
    for at in case.solutions:
        yield "ticket_solutions", month_of(at, books)
    for at in case.reopenings:
        yield "ticket_reopenings", month_of(at, books)
    if case.solved is not None:
        month = month_of(case.solved, books)
        yield "tickets_solved", month
        if case.reopenings:
            yield "tickets_solved_reopened", month
        elif len(case.replies) < 2:
            yield "tickets_one_touch", month
    if case.asked is not None:
        month = month_of(case.asked, books)
        yield "ticket_surveys", month
        if case.answer:
            yield "ticket_surveys_rated", month
        if case.answer == "good":
            yield "ticket_surveys_good", month
    for close in books.months:
        if close.instant > case.created and case.is_open_at(close.instant):
            yield "open_tickets", close.month
