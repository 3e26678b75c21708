"""What the sandbox company knows of the certified metrics, each of its rooms by itself and from its own books.

Nothing here is worked out as the warehouse works it out: no SQL, and none of the vendors' JSON where the company's
diary, files or desks know better. `plumbline verify` holds the warehouse to all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures import finance, marketing, policies, product, sales, standing, subscriptions, tickets
from pipelines.sandbox.figures.told import Told

__all__ = ["NOT_KNOWN", "ROOMS", "Told", "figures"]

ROOMS: tuple[Callable[[Company, Books], Iterator[Told]], ...] = (
    finance.told,
    marketing.told,
    policies.told,
    product.told,
    sales.told,
    standing.told,
    subscriptions.told,
    tickets.told,
)
"""Each a room of the company: its figures, metric by metric, uncut and cut by the metric's dimensions."""

NOT_KNOWN: Mapping[str, str] = {}
"""Certified metrics that the company's books do not know, and why; all others must be told."""


def figures(company: Company, books: Books) -> Iterator[Told]:
    """All that is known, room by room."""
    for room in ROOMS:
        yield from room(company, books)
