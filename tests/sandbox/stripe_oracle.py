"""An obvious, slow reading of models/DECISIONS.md section 2 from Stripe's JSON alone, to judge the ledger by.

Shares nothing with the ledger: for a customer and an instant it looks at every invoice line again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pipelines.sandbox.company.book import Held

Key = tuple[str, str, str]

F = {"year": Fraction(1, 12), "month": Fraction(1), "week": Fraction(52, 12), "day": Fraction(365, 12)}


class StripeOracle:
    def __init__(self, objects: Mapping[tuple[str, str, str], Held]) -> None:
        self.products: dict[str, str] = {}
        self.subscriptions: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.invoices: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for (_, kind, record), held in objects.items():
            if kind not in ("product", "subscription", "invoice"):
                continue
            body = held.body
            if kind == "product":
                self.products[record] = body["name"]
            elif kind == "subscription":
                self.subscriptions[body["customer"]].append(body)
            elif body["subscription"] and body["status"] != "draft":
                self.invoices[body["subscription"]].append(body)

    def mrr_of(self, customers: Sequence[str], close: int) -> dict[Key, int]:
        """Minor units by (currency, product, plan) at a close, rounded once each; zeros left out."""
        exact: dict[Key, Fraction] = defaultdict(Fraction)
        for customer in customers:
            for subscription in self.subscriptions[customer]:
                for key, net in self._items(subscription, close):
                    exact[key] += net
        return {key: int(net + Fraction(1, 2)) for key, net in exact.items() if net > 0}

    def _items(self, sub: dict[str, Any], close: int) -> Iterator[tuple[Key, Fraction]]:
        if sub["status"] in ("incomplete", "incomplete_expired"):
            return
        if sub["ended_at"] is not None and sub["ended_at"] < close:
            return
        invoices = self.invoices[sub["id"]]
        if sub["trial_end"] is not None and close <= sub["trial_end"]:
            return
        if any(self._lapsed(invoice, close) for invoice in invoices):
            return
        lines = [(line, invoice) for invoice in invoices for line in invoice["lines"]["data"]
                 if line["plan"]["usage_type"] == "licensed" and line["period"]["start"] < close]  # fmt: skip
        for item in sorted({line["subscription_item"] for line, _ in lines}):
            own = [(line, invoice) for line, invoice in lines if line["subscription_item"] == item]
            last = max(line["period"]["start"] for line, _ in own)
            setting = [(invoice["created"], line["id"], line, invoice) for line, invoice in own
                       if line["period"]["start"] == last and line["amount"] >= 0]  # fmt: skip
            if not setting:
                continue
            _, _, line, invoice = max(setting, key=lambda one: one[:2])
            if invoice["status"] == "void":
                continue
            plan = line["plan"]
            key = (line["currency"], self.products[plan["product"]], plan["nickname"])
            yield key, self._net(line, invoice, close)

    @staticmethod
    def _lapsed(invoice: dict[str, Any], close: int) -> bool:
        if invoice["status"] == "void" or not invoice["amount_due"]:
            return False
        moves = invoice["status_transitions"]
        lapse = (invoice["due_date"] or moves["finalized_at"]) + 720 * 3600
        return lapse < close and (moves["paid_at"] is None or moves["paid_at"] >= close)

    @staticmethod
    def _gross(line: dict[str, Any]) -> Fraction:
        plan = line["plan"]
        return Fraction(plan["amount"] * line["quantity"] * F[plan["interval"]] / plan["interval_count"])

    def _net(self, line: dict[str, Any], invoice: dict[str, Any], close: int) -> Fraction:
        gross = self._gross(line)
        discount = invoice["discount"]
        if discount is None or discount["coupon"]["duration"] == "once":
            return gross
        if not (discount["start"] < close and (discount["end"] is None or close <= discount["end"])):
            return gross
        coupon = discount["coupon"]
        if coupon["percent_off"] is not None:
            return gross * int(100 - coupon["percent_off"]) / 100
        items = [one for one in invoice["lines"]["data"] if one["amount"] >= 0
                 and one["plan"]["usage_type"] == "licensed"]  # fmt: skip
        whole = sum(self._gross(one) for one in items)
        if not whole:
            return gross
        off = coupon["amount_off"] * F[line["plan"]["interval"]] / line["plan"]["interval_count"]
        return max(Fraction(0), gross - off * gross / whole)
