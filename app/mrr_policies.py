"""MRR as others tell it, read from the warehouse: what each policy comes to, and the rules between two of them.

Amounts are US dollars, exact to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.access import Viewer
from app.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from app.warehouse import Warehouse

POLICIES = "mart_finance.mrr_policies"
BRIDGE = "mart_finance.mrr_policy_bridge"
OURS = "plumbline"
"""The certified policy."""


@dataclass(frozen=True)
class Told:
    """What a policy comes to in a month."""

    policy: str
    label: str
    mrr: Decimal


@dataclass(frozen=True)
class Rule:
    """What a rule adds on the way from one policy to another."""

    rule: str
    label: str
    amount: Decimal


@dataclass(frozen=True)
class Month:
    """A month as each policy tells it, ours first, then the largest first; `is_complete`: whether it is over."""

    month: date
    is_complete: bool
    told: tuple[Told, ...]

    def of(self, policy: str) -> Told:
        """One policy's.

        Raises:
            UsageError: none is called so.
        """
        found = next((each for each in self.told if each.policy == policy), None)
        if found is None:
            known = ", ".join(each.policy for each in self.told)
            raise UsageError(f"No policy is called {policy!r}. Expected one of: {known}.")
        return found


def told_in(warehouse: Warehouse, viewer: Viewer, month: date | None = None, currency: str = "") -> Month:
    """MRR by each policy at the close of a month, by default the newest that is over.

    Args:
        month: its first day.
        currency: only of customers who pay in it, such as eur; all where it is empty.

    Raises:
        UsageError: nothing is known of that month or currency; the message says of which.
        As `Warehouse.read`.
    """
    newest = warehouse.read(viewer, POLICIES, columns=("month",), where={"is_complete": True}, order_by=("-month",),
                            limit=1)  # fmt: skip
    if newest.empty:
        raise UsageError("MRR by policy is not known of any month yet. Expected billing data of a month that is over: "
                         "load it, then `plumbline run build`.")  # fmt: skip
    where: dict[str, Any] = {"month": month or newest["month"][0]}
    rows = _rows(warehouse.read(viewer, POLICIES, where=where | _only(currency), exact=True))
    if not rows:
        raise _unknown(warehouse, viewer, where["month"], currency, newest["month"][0])
    sums: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = (row["policy"], row["policy_label"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["mrr_usd"])
    told = sorted((Told(*key, mrr) for key, mrr in sums.items()),
                  key=lambda each: (each.policy != OURS, -each.mrr, each.policy))  # fmt: skip
    return Month(where["month"], bool(rows[0]["is_complete"]), tuple(told))


def rules_between(
    warehouse: Warehouse, viewer: Viewer, month: date, start: str, end: str, currency: str = ""
) -> tuple[Rule, ...]:
    """What each rule adds on the way from one policy to another, in the order in which they are switched.

    Those that add nothing are left out; together they are the second's MRR less the first's.

    Raises:
        As `Warehouse.read`.
    """
    where: dict[str, Any] = {"month": month, "from_policy": start, "to_policy": end} | _only(currency)
    sums: dict[tuple[str, str], Decimal] = {}
    for row in _rows(warehouse.read(viewer, BRIDGE, where=where, order_by=("step",), exact=True)):
        key = (row["rule"], row["rule_label"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount_usd"])
    return tuple(Rule(*key, amount) for key, amount in sums.items() if amount)


def _unknown(warehouse: Warehouse, viewer: Viewer, month: date, currency: str, newest: date) -> UsageError:
    if currency:
        rows = _rows(warehouse.read(viewer, POLICIES, columns=("currency",), where={"month": month}))
        known = ", ".join(sorted({row["currency"] for row in rows}))
        if known:
            return UsageError(f"Nobody paid in {currency!r} in {month:%Y-%m}. Expected one of: {known}.")
    first = warehouse.read(viewer, POLICIES, columns=("month",), order_by=("month",), limit=1)["month"][0]
    return UsageError(f"MRR by policy is not known of {month:%Y-%m}. Expected a month from {first:%Y-%m} to "
                      f"{newest:%Y-%m}, or the running one.")  # fmt: skip


def _only(currency: str) -> dict[str, Any]:
    return {"currency": currency.lower()} if currency else {}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
