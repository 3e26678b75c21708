"""Product's and Marketing's customers, account by account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pipelines.sandbox.company.times import DAY
from pipelines.sandbox.reasons.accounts import crm_accounts
from pipelines.sandbox.reasons.known import Known
from pipelines.sandbox.reasons.reason import Reason

WINDOW = 28 * DAY


def marketing(known: Known) -> Iterator[Reason]:
    """Accounts typed Customer: those that are too many, and the customers that are missing."""
    held: set[str] = set()
    others: dict[str, str] = {}
    entered: set[str] = set()
    for account in crm_accounts(known).values():
        is_first = account.customer not in entered
        entered.add(account.customer)
        if not account.is_counted:
            if account.customer not in known.left_out:
                others.setdefault(account.customer, account.id)
            continue
        if account.customer in known.left_out:
            why = "internal_account"
        elif account.customer in held:
            why = "duplicate_account"
        else:
            held.add(account.customer)
            why = known.standing(account.customer)
            if why == "never":
                why = "unexplained" if is_first else "duplicate_account"
        if why != "active":
            yield Reason("marketing", why, "salesforce", account.id, account.customer, 1)
    for customer in known.certified.keys() - held:
        if customer in others:
            why = "not_typed_customer" if customer in known.paid else "timing"
            yield Reason("marketing", why, "salesforce", others[customer], customer, -1)
        else:
            yield _nowhere("marketing", known, customer)


def product(known: Known) -> Iterator[Reason]:
    """Accounts that somebody used lately: those that are too many, and the customers whom nobody saw."""
    seen = _seen(known)
    held: set[str] = set()
    others: dict[str, str] = {}
    for body in known.objects("production", "accounts"):
        account = str(body["id"])
        customer = _customer_of(known, body)
        if body["deleted_at"] is not None:
            continue
        is_ours = customer in known.left_out or body["is_internal"]
        if body["id"] not in seen:
            if not is_ours:
                others.setdefault(customer, account)
            continue
        if is_ours:
            why = "internal_account"
        elif customer in held:
            why = "duplicate_account"
        else:
            held.add(customer)
            why = _why_seen(known, customer, body, seen[body["id"]])
        if why != "active":
            yield Reason("product", why, "production", account, customer, 1)
    for customer in known.certified.keys() - held:
        if customer in others:
            yield Reason("product", "paying_not_seen", "production", others[customer], customer, -1)
        else:
            yield _nowhere("product", known, customer)


def _why_seen(known: Known, customer: str, body: dict[str, Any], seen: int) -> str:
    why = known.standing(customer)
    if why in ("active", "signed_not_live", "trial_counted"):
        return why
    if any(span.net > 0 and span.start <= seen < span.end for span in known.books.spans.get(customer, ())):
        return "timing"
    if body["stripe_customer_id"] or customer in known.books.spans:
        return "active_not_paying"
    return "trial_counted" if body["plan"] == "Trial" else "unexplained"


def _customer_of(known: Known, body: dict[str, Any]) -> str:
    told = known.same.get(("production", str(body["id"])))
    stripe = body["stripe_customer_id"]
    return told or (known.customer_of("stripe", stripe) if stripe else str(body["id"]))


def _seen(known: Known) -> dict[int, int]:
    """When each account was last used, of those that were within 28 days."""
    seen: dict[int, int] = {}
    for user in known.objects("production", "users"):
        if user["last_seen_at"]:
            at = int(datetime.fromisoformat(user["last_seen_at"]).timestamp())
            if known.until - WINDOW <= at <= known.until:
                seen[user["account_id"]] = max(at, seen.get(user["account_id"], 0))
    return seen


def _nowhere(department: str, known: Known, customer: str) -> Reason:
    """A customer of whom the department's system has nothing, told of its largest record."""
    worths: Iterable[Any] = (one for one in known.worths if one.customer == customer)
    largest = min(worths, key=lambda one: (-one.net, one.record))
    return Reason(department, "not_in_system", largest.system, largest.record, customer, -1)
