"""The causes by which a figure moves, and a part of a difference that is by one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

CAUSES = {
    "late_data": "Late data",
    "correction": "Correction at source",
    "definition_change": "Definition change",
    "identity_merge": "Identity merge",
    "month_open": "The month was still running",
    "undetermined": "Cannot be told apart",
    "unexplained": "Not explained",
}
"""Each cause as people call it, in the order in which they are shown."""


@dataclass(frozen=True)
class Part:
    """A part of a difference.

    Attributes:
        cause: one of CAUSES.
        amount: in the metric's unit.
        may_be: where several causes came together, which.
        customers: customer → their part of the amount, where it is known by customer.
        said: what tells it, a sentence.
    """

    cause: str
    amount: Decimal
    may_be: tuple[str, ...] = ()
    customers: dict[str, Decimal] = field(default_factory=dict)
    said: str = ""
