"""The company's own diary of what it agreed with each customer; the ledger reads nothing else.

Kept by the billing desk as it acts, in exact numbers, never read back from what was written for Stripe.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from pipelines.sandbox.company.catalog import Plan


@dataclass
class Term:
    """From `start` on the item costs `gross` minor units a month, less `cut` while `cut_from <= t < cut_until`.

    `is_void`: billing was paused when this was agreed, so nothing is earned until the next term.
    `gross` None: the item was taken off.
    """

    start: int
    item: str
    product: str = ""
    plan: str = ""
    gross: Fraction | None = None
    cut: Fraction = Fraction(0)
    cut_from: int = 0
    cut_until: int | None = None
    is_void: bool = False


@dataclass
class Debt:
    """What was owed from `due` on, and when it was paid."""

    due: int
    paid_at: int | None = None


@dataclass
class Agreement:
    """One subscription or one hand-signed term, with all that was agreed about it, in the order of agreeing."""

    customer: str
    currency: str
    terms: list[Term] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    trial_until: int | None = None
    is_incomplete: bool = False
    is_marked_unpaid: bool = False
    ended_at: int | None = None
    asked_to_end_at: int | None = None


@dataclass(frozen=True)
class Given:
    """A coupon as it was given on a bill: a percentage, or minor units of the bill's currency."""

    duration: str
    percent: int | None
    amount_off: int | None
    start: int
    end: int | None


@dataclass(frozen=True)
class Sale:
    """A line of a bill: what was sold for the time from `start` to `end`, before discounts and tax.

    Of a line of an agreement also its item, the price it has, and what that is at list price in a month.
    """

    id: str
    product: str
    plan: str
    amount: int
    start: int
    end: int
    item: str = ""
    price: Plan | None = None
    gross: Fraction = Fraction(0)


@dataclass
class Bill:
    """An invoice as the company remembers it: money in minor units.

    `owed`: what is left of the total once the customer's credit is used; `due`: until when it is to be paid.
    `usage` of it is metered; `begins`: its agreement's period began with it, so that it holds nothing prorated;
    `failed_at`: the last time that collecting it failed.
    """

    id: str
    customer: str
    currency: str
    finalized_at: int
    net: int
    total: int
    owed: int = 0
    due: int = 0
    sales: tuple[Sale, ...] = ()
    is_void: bool = False
    paid_at: int | None = None
    voided_at: int | None = None
    written_off_at: int | None = None
    usage: int = 0
    agreement: Agreement | None = None
    begins: bool = False
    made_at: int = 0
    coupon: Given | None = None
    failed_at: int | None = None


@dataclass(frozen=True)
class Receipt:
    """Money that came in or went back."""

    id: str
    customer: str
    bill: str
    currency: str
    at: int
    amount: int
    kind: str  # payment, refund


@dataclass
class Diary:
    """Everything the company remembers."""

    agreements: list[Agreement] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
