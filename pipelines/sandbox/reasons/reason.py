"""One reason of one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """By how much a department's figure is above the certified one because of one record.

    Attributes:
        department: finance, sales, product or marketing.
        reason: as models/core/dim_claim_reason.sql names it.
        system: the system that the record is in: stripe, salesforce, production or files.
        record: its id there.
        customer: the customer it belongs to; the record's own id where it is nobody's.
        amount: cents of a dollar, or customers.
    """

    department: str
    reason: str
    system: str
    record: str
    customer: str
    amount: int


def summed(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """One for each department, reason and record; none that comes to nothing."""
    sums: dict[tuple[str, str, str, str, str], int] = {}
    for one in reasons:
        key = (one.department, one.reason, one.system, one.record, one.customer)
        sums[key] = sums.get(key, 0) + one.amount
    for key, amount in sums.items():
        if amount:
            yield Reason(*key, amount)
