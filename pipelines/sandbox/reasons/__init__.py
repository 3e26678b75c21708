"""Why the four departments' figures are not the certified ones, as the sandbox company itself knows it.

Each claim is gone through record by record in plain loops over desks, diary, contracts and accounts, never through
the warehouse's SQL. The order in which policies are put right is the one of docs/reconciliation.md, so that what both
say can be compared record by record.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.reasons import counts, finance, sales
from pipelines.sandbox.reasons.known import Known
from pipelines.sandbox.reasons.reason import Reason, summed

__all__ = ["Reason", "reasons"]


def reasons(company: Company, books: Books) -> Iterator[Reason]:
    """Everything by which the claims differ, one for each department, reason and record."""
    known = Known(company, books)
    yield from summed(
        [*finance.reasons(known), *sales.reasons(known), *counts.marketing(known), *counts.product(known)]
    )
