"""What the sandbox company knows of the certified metrics, each of its rooms by itself and from its own books.

Nothing here is worked out as the warehouse works it out: no SQL, and none of the vendors' JSON where the company's
diary, files or desks know better. `plumbline verify` holds the warehouse to all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures import (
    finance,
    marketing,
    policies,
    product,
    sales,
    sign_ups,
    standing,
    subscriptions,
    tickets,
)
from pipelines.sandbox.figures.told import Told

__all__ = ["NOT_KNOWN", "ROOMS", "Told", "figures"]

ROOMS: tuple[Callable[[Company, Books], Iterator[Told]], ...] = (
    finance.told,
    marketing.told,
    policies.told,
    product.told,
    sales.told,
    sign_ups.told,
    standing.told,
    subscriptions.told,
    tickets.told,
)
"""Each a room of the company: its figures, metric by metric, uncut and cut by the metric's dimensions."""

GUESSED = "a guess about who will leave: the books know what has come, not what will"
NOT_KNOWN: Mapping[str, str] = {
    "churn_expected_mrr": GUESSED,
    "customers_at_risk": GUESSED,
    "customers_by_health": GUESSED,
    "customers_healthy": GUESSED,
    "customers_leaving": "counted beside guesses, at the closes for which these were made",
    "customers_on_watch": GUESSED,
    "customers_scored": GUESSED,
    "health_points": GUESSED,
    "health_score_average": GUESSED,
    "mrr_at_risk": GUESSED,
}
"""Certified metrics that the company's books do not know, and why; all others must be told."""


def figures(company: Company, books: Books) -> Iterator[Told]:
    """All that is known, room by room."""
    for room in ROOMS:
        yield from room(company, books)
