"""Three customers, worked out by hand, in the vendors' own objects.

Ada pays 100.00 USD a month from 10 January, for two from 15 February, and asks on 1 April to end on 10 April.
Bo pays 1,200.00 EUR for the year from 20 January. Cy signed by hand for 500.00 USD a month from 1 February.
A euro is 1.10 dollars until 9 February, 1.20 from the 10th on.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

AS_OF = datetime(2024, 5, 1, 4, tzinfo=UTC)
"""The close of April in New York."""

RATES = [
    {"rate_date": date(2024, 1, 2), "currency": "eur", "usd_per_unit": "1.10"},
    {"rate_date": date(2024, 2, 10), "currency": "eur", "usd_per_unit": "1.20"},
]
CONTRACTS = [
    {
        "contract_id": "CT-1", "customer_id": "MW-1", "start_date": date(2024, 2, 1), "end_date": None,
        "monthly_amount": "500.00", "currency": "usd", "product": "Core", "plan": "Enterprise", "country": "US",
    },
]  # fmt: skip


def at(month: int, day: int, hour: int = 12) -> int:
    """Epoch seconds of an instant of 2024 in UTC."""
    return int(datetime(2024, month, day, hour, tzinfo=UTC).timestamp())


def objects() -> dict[str, list[dict[str, Any]]]:
    """Stripe's objects as they stand on 5 April, before Ada's subscription ended."""
    return {
        "customer": [_customer("cus_ada", "Ada's", "US"), _customer("cus_bo", "Bö GmbH", "DE")],
        "product": [{"id": "prod_core", "name": "Core", "created": at(1, 1)}],
        "plan": [_plan("month", 10000, "usd"), _plan("year", 120000, "eur")],
        "subscription": [ada(), _subscription("sub_bo", "cus_bo", _plan("year", 120000, "eur"), 1, at(1, 20))],
        "invoice": [
            _invoice("in_1", "ada", at(1, 10), [_line("il_1", 10000, at(1, 10), at(2, 10))]),
            _invoice("in_2", "ada", at(2, 10), [_line("il_2", 10000, at(2, 10), at(3, 10))]),
            _invoice(
                "in_3", "ada", at(2, 15),
                [
                    _line("il_3", -8276, at(2, 15), at(3, 10), is_proration=True),
                    _line("il_4", 16552, at(2, 15), at(3, 10), quantity=2, is_proration=True),
                ],
            ),
            _invoice("in_4", "ada", at(3, 10), [_line("il_5", 20000, at(3, 10), at(4, 10), quantity=2)]),
            _invoice("in_5", "bo", at(1, 20), [_line("il_6", 120000, at(1, 20), at(1, 20) + 366 * 86400, item="bo")]),
        ],
    }  # fmt: skip


def ada(ended_at: int | None = None) -> dict[str, Any]:
    """Ada's subscription, whose end was asked for on 1 April."""
    held = _subscription("sub_ada", "cus_ada", _plan("month", 10000, "usd"), 2, at(1, 10))
    status = "canceled" if ended_at else "active"
    return {**held, "canceled_at": at(4, 1), "cancel_at_period_end": True, "status": status, "ended_at": ended_at}


def _customer(key: str, name: str, country: str) -> dict[str, Any]:
    return {"id": key, "object": "customer", "name": name, "address": {"country": country}, "created": at(1, 5)}


def _plan(interval: str, amount: int, currency: str) -> dict[str, Any]:
    return {
        "id": f"plan_{interval}", "object": "plan", "product": "prod_core", "nickname": "Team", "amount": amount,
        "currency": currency, "interval": interval, "interval_count": 1, "usage_type": "licensed", "created": at(1, 1),
    }  # fmt: skip


def _subscription(key: str, customer: str, plan: dict[str, Any], quantity: int, since: int) -> dict[str, Any]:
    item = {
        "id": key.replace("sub", "si"), "object": "subscription_item", "subscription": key, "plan": plan,
        "quantity": quantity, "created": since,
    }  # fmt: skip
    return {
        "id": key, "object": "subscription", "customer": customer, "status": "active", "created": since,
        "start_date": since, "items": {"object": "list", "data": [item]},
    }  # fmt: skip


def _invoice(key: str, who: str, when: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
    total = sum(line["amount"] for line in lines)
    currency = "eur" if who == "bo" else "usd"
    return {
        "id": key, "object": "invoice", "customer": f"cus_{who}", "subscription": f"sub_{who}", "status": "paid",
        "currency": currency, "subtotal": total, "total": total, "tax": None, "amount_due": total,
        "amount_paid": total, "amount_remaining": 0, "created": when, "discount": None,
        "status_transitions": {"finalized_at": when, "paid_at": when, "voided_at": None},
        "lines": {"object": "list", "data": lines},
    }  # fmt: skip


def _line(
    key: str, amount: int, start: int, end: int, *, quantity: int = 1, is_proration: bool = False, item: str = "ada"
) -> dict[str, Any]:
    plan = _plan("month", 10000, "usd") if item == "ada" else _plan("year", 120000, "eur")
    return {
        "id": key, "object": "line_item", "subscription": f"sub_{item}", "subscription_item": f"si_{item}",
        "type": "invoiceitem" if is_proration else "subscription", "amount": amount, "quantity": quantity,
        "currency": plan["currency"], "proration": is_proration, "plan": plan, "period": {"start": start, "end": end},
    }  # fmt: skip
