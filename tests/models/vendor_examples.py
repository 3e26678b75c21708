"""What vendors work out in their published help, as Stripe's objects.

Each vendor's customers pay in a currency of their own: Stripe's in dollars, ChartMogul's in euros, ProfitWell's in
pounds, Recurly's in Canadian and Lago's in Australian dollars; a unit of each is worth one US dollar.
docs/mrr_policies.md names the pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

Body = dict[str, Any]
AS_OF = datetime(2025, 5, 1, 4, tzinfo=UTC)
"""The close of April 2025 in New York."""
RATES = [
    {"rate_date": date(2024, 1, 1), "currency": currency, "usd_per_unit": "1"}
    for currency in ("eur", "gbp", "cad", "aud")
]  # fmt: skip
YEAR_LATER = (2025, 1, 5)


def at(year: int, month: int, day: int, hour: int = 12) -> int:
    """Epoch seconds of an instant in UTC."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


@dataclass
class Shop:
    """Subscriptions of one item, with their bills, all in one currency."""

    currency: str
    objects: dict[str, list[Body]] = field(
        default_factory=lambda: {kind: [] for kind in ("customer", "product", "subscription", "invoice", "charge")}
    )

    def subscribe(
        self, name: str, amount: int, since: int, interval: str = "month", *, count: int = 1, usage: str = "licensed",
        **known: Any,
    ) -> None:  # fmt: skip
        """A customer of its own with a subscription; `known` is what Stripe knows of it by now."""
        key = f"{self.currency}_{name}"
        plan = {
            "id": f"price_{key}", "object": "plan", "product": "prod_core", "nickname": name, "amount": amount,
            "currency": self.currency, "interval": interval, "interval_count": count, "usage_type": usage,
            "created": since,
        }  # fmt: skip
        item = {"id": f"si_{key}", "object": "subscription_item", "plan": plan, "quantity": 1, "created": since}
        self.objects["customer"].append(
            {"id": f"cus_{known.pop('customer', key)}", "object": "customer", "created": since}
        )
        self.objects["subscription"].append({
            "id": f"sub_{key}", "object": "subscription", "customer": self.objects["customer"][-1]["id"],
            "status": "canceled" if known.get("ended_at") else "active", "created": since, "start_date": since,
            "items": {"object": "list", "data": [item]}, **known,
        })  # fmt: skip

    def bill(
        self, start: int, end: int, *, quantity: int = 1, amount: int | None = None, tax: int = 0,
        coupon: Body | None = None, paid: bool = True, proration: bool = False,
    ) -> str:  # fmt: skip
        """Bills a period of the newest subscription; the amount is that of its plan where none is given."""
        held = self.objects["subscription"][-1]
        [item] = held["items"]["data"]
        plan = item["plan"]
        whole = plan["amount"] * quantity if amount is None else amount
        off = whole * coupon["coupon"]["percent_off"] // 100 if coupon else 0
        total = whole - off + tax
        key = f"in_{held['id']}_{start}"
        line = {
            "id": f"il_{key}", "object": "line_item", "subscription": held["id"], "subscription_item": item["id"],
            "type": "invoiceitem" if proration else "subscription", "amount": whole, "quantity": quantity,
            "currency": self.currency, "proration": proration, "plan": plan, "period": {"start": start, "end": end},
        }  # fmt: skip
        self.objects["invoice"].append({
            "id": key, "object": "invoice", "customer": held["customer"], "subscription": held["id"],
            "status": "paid" if paid else "open", "currency": self.currency, "subtotal": whole, "total": total,
            "tax": tax, "amount_due": total, "amount_paid": total if paid else 0,
            "amount_remaining": 0 if paid else total, "created": start, "discount": coupon,
            "status_transitions": {"finalized_at": start, "paid_at": start if paid else None},
            "lines": {"object": "list", "data": [line]},
        })  # fmt: skip
        return key

    def charge(self, invoice: str, when: int, *, status: str = "succeeded", refunded: int = 0) -> None:
        """An attempt to collect an invoice, and what was paid back of it the day after."""
        held = next(one for one in self.objects["invoice"] if one["id"] == invoice)
        refund = {
            "id": f"re_{invoice}", "object": "refund", "charge": f"ch_{invoice}_{when}", "status": "succeeded",
            "currency": self.currency, "amount": refunded, "created": when + 86400,
        }  # fmt: skip
        self.objects["charge"].append({
            "id": f"ch_{invoice}_{when}", "object": "charge", "customer": held["customer"], "invoice": invoice,
            "status": status, "currency": self.currency, "amount": held["total"], "amount_refunded": refunded,
            "created": when, "refunds": {"object": "list", "data": [refund] if refunded else []},
        })  # fmt: skip


def coupon(duration: str, percent: int, start: int, end: int | None = None) -> Body:
    """A discount as an invoice holds it."""
    return {"start": start, "end": end, "coupon": {"id": f"{duration}{percent}", "duration": duration,
                                                   "percent_off": percent, "amount_off": None}}  # fmt: skip


def stripe() -> Shop:
    """A year for 1,200; half off for ever; 100 at 100 a month and 50 at 600 a year; asked to end; unpaid; a trial."""
    shop = Shop("usd")
    shop.subscribe("annual", 120000, at(2024, 1, 5), "year", canceled_at=at(2024, 4, 10), ended_at=at(*YEAR_LATER))
    shop.bill(at(2024, 1, 5), at(*YEAR_LATER), tax=24000)
    shop.subscribe("half", 8000, at(2024, 2, 5))
    shop.bill(at(2024, 2, 5), at(2024, 3, 5), coupon=coupon("forever", 50, at(2024, 2, 5)))
    shop.subscribe("plan_a", 10000, at(2024, 3, 5))
    shop.bill(at(2024, 3, 5), at(2024, 4, 5), quantity=100)
    shop.subscribe("plan_b", 60000, at(2024, 3, 5), "year")
    shop.bill(at(2024, 3, 5), at(2025, 3, 5), quantity=50)
    shop.subscribe("unpaid", 3000, at(2024, 4, 20), status="unpaid")
    invoice = shop.bill(at(2024, 4, 20), at(2024, 5, 20), paid=False)
    for day in (at(2024, 4, 20), at(2024, 5, 8)):
        shop.charge(invoice, day, status="failed")
    shop.subscribe("trial", 100000, at(2024, 5, 20), trial_start=at(2024, 5, 20), trial_end=at(2024, 6, 20))
    shop.bill(at(2024, 5, 20), at(2024, 6, 20), amount=0)
    shop.bill(at(2024, 6, 20), at(2024, 7, 20))
    return shop


def chartmogul() -> Shop:
    """Syncalytics: four Gold for a year, two Silver a month, without Silver, without any, three Gold a month."""
    shop = Shop("eur")
    end = at(*YEAR_LATER)
    shop.subscribe("gold", 50000, at(2024, 1, 5), "year", customer="sync", canceled_at=at(2024, 12, 10), ended_at=end)
    shop.bill(at(2024, 1, 5), end, quantity=4)
    quits = at(2024, 2, 8)
    shop.subscribe("silver", 3000, at(2024, 1, 25), customer="sync", canceled_at=quits, ended_at=quits)
    shop.bill(at(2024, 1, 25), at(2024, 2, 25), quantity=2)
    shop.subscribe("again", 5000, at(2025, 3, 10), customer="sync")
    shop.bill(at(2025, 3, 10), at(2025, 4, 10), quantity=3)
    return shop


def profitwell() -> Shop:
    """10 % off 120 a year; 10 % off 10 a month for three months; until the cycle ends; two debtors; metered usage."""
    shop = Shop("gbp")
    shop.subscribe("annual", 12000, at(2024, 1, 5), "year")
    shop.bill(at(2024, 1, 5), at(*YEAR_LATER), coupon=coupon("once", 10, at(2024, 1, 5)))
    shop.subscribe("monthly", 1000, at(2024, 1, 6))
    shop.bill(at(2024, 1, 6), at(2024, 2, 6), coupon=coupon("repeating", 10, at(2024, 1, 6), at(2024, 4, 6)))
    shop.subscribe("leaves", 5000, at(2024, 5, 10), canceled_at=at(2024, 5, 20), ended_at=at(2024, 5, 20))
    shop.bill(at(2024, 5, 10), at(2024, 6, 10))
    shop.subscribe("owes_21_days", 2000, at(2024, 7, 11))
    shop.bill(at(2024, 7, 11), at(2024, 8, 11), paid=False)
    shop.subscribe("owes_12_days", 3000, at(2024, 7, 20))
    shop.bill(at(2024, 7, 20), at(2024, 8, 20), paid=False)
    shop.subscribe("metered", 1, at(2024, 8, 11), usage="metered")
    shop.bill(at(2024, 8, 11), at(2024, 9, 10), amount=0)
    shop.bill(at(2024, 9, 10), at(2024, 10, 10), amount=700)
    return shop


def recurly() -> Shop:
    """A year; 100 from 29 March; a user in the middle of June; a day; a failed invoice; a refund; a coupon."""
    shop = Shop("cad")
    shop.subscribe("annual", 120000, at(2024, 1, 5), "year")
    shop.bill(at(2024, 1, 5), at(*YEAR_LATER))
    shop.subscribe("march", 10000, at(2024, 3, 29))
    shop.bill(at(2024, 3, 29), at(2024, 4, 29))
    shop.subscribe("user", 1000, at(2024, 6, 15))
    shop.bill(at(2024, 6, 15), at(2024, 7, 1, 4), amount=500, proration=True)
    shop.subscribe("daily", 200, at(2024, 8, 31), "day")
    shop.bill(at(2024, 8, 31), at(2024, 9, 1))
    shop.subscribe("failed", 3000, at(2024, 10, 5))
    shop.bill(at(2024, 10, 5), at(2024, 11, 5), paid=False)
    shop.subscribe("refunded", 5000, at(2024, 12, 5))
    shop.charge(shop.bill(at(2024, 12, 5), at(*YEAR_LATER)), at(2024, 12, 19), refunded=2000)
    shop.subscribe("coupon", 4000, at(2025, 2, 5))
    shop.bill(at(2025, 2, 5), at(2025, 3, 5), coupon=coupon("once", 10, at(2025, 2, 5)))
    return shop


def lago() -> Shop:
    """A month with tax; a quarter with a coupon; a year; four weeks in July; usage, which is not counted."""
    shop = Shop("aud")
    shop.subscribe("monthly", 10000, at(2024, 1, 10))
    shop.bill(at(2024, 1, 10), at(2024, 2, 10), tax=1000)
    shop.subscribe("quarterly", 30000, at(2024, 3, 10), count=3)
    shop.bill(at(2024, 3, 10), at(2024, 6, 10), coupon=coupon("once", 10, at(2024, 3, 10)))
    shop.subscribe("yearly", 120000, at(2024, 6, 10), "year")
    shop.bill(at(2024, 6, 10), at(2025, 6, 10))
    shop.subscribe("weekly", 1000, at(2024, 7, 1), "week")
    for day in (1, 8, 15, 22):
        shop.bill(at(2024, 7, day), at(2024, 7, day + 7))
    shop.subscribe("usage", 1, at(2024, 8, 10), usage="metered")
    shop.bill(at(2024, 8, 10), at(2024, 9, 10), amount=5000)
    return shop


def objects() -> dict[str, list[Body]]:
    """All vendors' examples together, each customer once."""
    together: dict[str, dict[str, Body]] = {}
    for shop in (stripe(), chartmogul(), profitwell(), recurly(), lago()):
        for kind, bodies in shop.objects.items():
            together.setdefault(kind, {}).update({body["id"]: body for body in bodies})
    together["product"] = {"prod_core": {"id": "prod_core", "name": "Core", "created": at(2024, 1, 1)}}
    return {kind: list(bodies.values()) for kind, bodies in together.items()}
