"""The four quarrelling figures, each worked out the way its department does, from the vendors' objects alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

_PER_MONTH = {"year": Fraction(1, 12), "month": Fraction(1), "week": Fraction(52, 12), "day": Fraction(365, 12)}
_MINOR = {"usd": 100, "eur": 100, "gbp": 100, "jpy": 1}
_ACTIVE_DAYS = 28

Objects = Mapping[str, Iterable[Mapping[str, Any]]]  # kind -> bodies


@dataclass(frozen=True)
class Claims:
    """What each department says; dollars or customers."""

    finance_arr: Decimal
    sales_arr: Decimal
    product_active_customers: int
    marketing_customers: int


def finance_arr(stripe: Objects, budget_rates: Mapping[str, Decimal]) -> Decimal:
    """List price of all active and past due subscriptions at the budget's rates, a year of it, each to the cent.

    Usage has no list price: where it is billed, the newest renewal's usage and tax are added as they stand.
    """
    renewals = _newest_renewals(stripe.get("invoice", ()))
    cents = 0
    for subscription in stripe["subscription"]:
        if subscription["status"] not in ("active", "past_due"):
            continue
        minor, rate = Fraction(0), Fraction(0)
        for item in subscription["items"]["data"]:
            plan = item["plan"]
            rate = Fraction(budget_rates[plan["currency"]]) / _MINOR[plan["currency"]]
            month = _PER_MONTH[plan["interval"]] / plan["interval_count"]
            if plan["usage_type"] == "licensed":
                minor += 12 * month * plan["amount"] * item["quantity"]
            elif subscription["id"] in renewals:
                minor += 12 * month * _usage_and_tax(renewals.pop(subscription["id"]))
        cents += (2 * minor * rate * 100 + 1).__floor__() // 2
    return Decimal(cents) / 100


def _newest_renewals(invoices: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The newest invoice of each subscription that begins a period and was not voided."""
    newest: dict[str, Mapping[str, Any]] = {}
    for invoice in sorted(invoices, key=lambda one: (one["created"], one["id"])):
        begins = invoice["billing_reason"] in ("subscription_create", "subscription_cycle")
        if begins and invoice["status"] in ("open", "paid", "uncollectible"):
            newest[invoice["subscription"]] = invoice
    return newest


def _usage_and_tax(invoice: Mapping[str, Any]) -> int:
    lines = [line for line in invoice["lines"]["data"] if line["plan"] and line["plan"]["usage_type"] == "metered"]
    return sum(int(line["amount"]) for line in lines) + int(invoice["tax"] or 0)


def sales_arr(salesforce: Objects) -> Decimal:
    """All that was ever won from accounts that are still typed as customers."""
    customers = {one["Id"] for one in salesforce["Account"] if one["Type"] == "Customer" and not one["IsDeleted"]}
    return sum(
        (Decimal(str(deal["Amount"])) for deal in salesforce["Opportunity"]
         if deal["IsWon"] and not deal["IsDeleted"] and deal["Type"] in ("New Business", "Expansion")
         and deal["AccountId"] in customers),
        Decimal(0),
    )  # fmt: skip


def product_active_customers(production: Objects, now: datetime) -> int:
    """Accounts somebody used in the last 28 days."""
    since = now.timestamp() - _ACTIVE_DAYS * 86400
    seen = {
        user["account_id"] for user in production["users"]
        if user["last_seen_at"] and since <= datetime.fromisoformat(user["last_seen_at"]).timestamp() <= now.timestamp()
    }  # fmt: skip
    return sum(1 for account in production["accounts"] if account["deleted_at"] is None and account["id"] in seen)


def marketing_customers(salesforce: Objects) -> int:
    """Accounts of type Customer."""
    return sum(1 for one in salesforce["Account"] if one["Type"] == "Customer" and not one["IsDeleted"])


def budget_rates(rates: Iterable[Mapping[str, Any]], local_day: date) -> dict[str, Decimal]:
    """The latest daily rates on or before 1 January of the day's year."""
    latest: dict[str, tuple[date, Decimal]] = {}
    for row in rates:
        if row["rate_date"] <= date(local_day.year, 1, 1):
            best = latest.get(row["currency"])
            if best is None or row["rate_date"] > best[0]:
                latest[row["currency"]] = (row["rate_date"], Decimal(row["usd_per_unit"]))
    return {currency: rate for currency, (_, rate) in latest.items()}
