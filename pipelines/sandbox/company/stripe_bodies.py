"""How things look at Stripe: complete objects of API version 2022-11-15, epoch seconds, minor units."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.catalog import Coupon, Plan, created, product_id
from pipelines.sandbox.company.dice import token
from pipelines.sandbox.company.times import DAY, at

ACCOUNT_ID = "acct_1MeridianWorks01"
BALANCE_SINCE = at(2026, 7, 1)
"""Since when payments have a balance transaction here. Stripe has one for each; two years of them would double the load
of payments and say nothing that five months do not."""


def transaction_id(source: str, part: str = "") -> str:
    """The balance transaction that a payment, refund, dispute or payout makes."""
    return token("txn_3", 23, source, part)


def listed(data: Sequence[Body], url: str) -> Body:
    return {"object": "list", "data": list(data), "has_more": False, "total_count": len(data), "url": url}


def account_body() -> Body:
    return {
        "id": ACCOUNT_ID, "object": "account", "business_type": "company", "charges_enabled": True, "country": "US",
        "created": created(), "default_currency": "usd", "details_submitted": True, "email": "billing@meridian.example",
        "payouts_enabled": True, "type": "standard", "metadata": {},
        "business_profile": {"name": "Meridian Works", "url": "https://meridian.example"},
        "settings": {"dashboard": {"display_name": "Meridian Works", "timezone": "America/New_York"}},
    }  # fmt: skip


def product_body(product: str) -> Body:
    return {
        "id": product_id(product), "object": "product", "active": True, "attributes": [], "created": created(),
        "description": f"Meridian {product}", "images": [], "livemode": True, "metadata": {}, "name": product,
        "package_dimensions": None, "shippable": None, "statement_descriptor": None, "tax_code": None,
        "type": "service", "unit_label": "seat", "updated": created(), "url": None,
    }  # fmt: skip


@lru_cache(maxsize=4096)
def plan_body(plan: Plan) -> Body:
    """Shared between all objects that name the plan: never change it."""
    return {
        "id": plan.id, "object": "plan", "active": True, "aggregate_usage": "sum" if plan.usage == "metered" else None,
        "amount": plan.amount, "amount_decimal": str(plan.amount), "billing_scheme": "per_unit", "created": created(),
        "currency": plan.currency, "interval": plan.interval, "interval_count": plan.count, "livemode": True,
        "metadata": {}, "nickname": plan.tier, "product": plan.product_id, "tiers_mode": None,
        "transform_usage": None, "trial_period_days": None, "usage_type": plan.usage,
    }  # fmt: skip


@lru_cache(maxsize=4096)
def price_body(plan: Plan) -> Body:
    """The same price in Stripe's newer words; shared, never change it."""
    return {
        "id": plan.id, "object": "price", "active": True, "billing_scheme": "per_unit", "created": created(),
        "currency": plan.currency, "livemode": True, "lookup_key": None, "metadata": {}, "nickname": plan.tier,
        "product": plan.product_id, "tax_behavior": "exclusive", "tiers_mode": None, "transform_quantity": None,
        "type": "recurring", "unit_amount": plan.amount, "unit_amount_decimal": str(plan.amount),
        "recurring": {"aggregate_usage": "sum" if plan.usage == "metered" else None, "interval": plan.interval,
                      "interval_count": plan.count, "trial_period_days": None, "usage_type": plan.usage},
    }  # fmt: skip


@lru_cache(maxsize=64)
def coupon_body(coupon: Coupon) -> Body:
    return {
        "id": coupon.id, "object": "coupon", "amount_off": coupon.amount_off, "created": created(),
        "currency": coupon.currency, "duration": coupon.duration, "duration_in_months": coupon.months,
        "livemode": True, "max_redemptions": None, "metadata": {}, "name": coupon.name,
        "percent_off": coupon.percent, "redeem_by": None, "times_redeemed": 0, "valid": True,
    }  # fmt: skip


def discount_body(
    discount_id: str, coupon: Coupon, customer: str, subscription: str, start: int, end: int | None
) -> Body:
    return {
        "id": discount_id, "object": "discount", "checkout_session": None, "coupon": coupon_body(coupon),
        "customer": customer, "end": end, "invoice": None, "invoice_item": None, "promotion_code": None,
        "start": start, "subscription": subscription,
    }  # fmt: skip


def customer_body(customer: str, now: int, profile: dict[str, Any], currency: str) -> Body:
    """`profile`: name, email, address (a Stripe address), phone."""
    return {
        "id": customer, "object": "customer", "address": profile["address"], "balance": 0, "created": now,
        "currency": currency, "default_source": None, "delinquent": False, "description": profile.get("description"),
        "discount": None, "email": profile["email"], "invoice_prefix": customer[-8:].upper(),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
        "livemode": True, "metadata": {}, "name": profile["name"], "phone": None,
        "preferred_locales": [], "shipping": None, "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip


def item_body(item: str, subscription: str, plan: Plan, quantity: int | None, now: int) -> Body:
    return {
        "id": item, "object": "subscription_item", "billing_thresholds": None, "created": now, "metadata": {},
        "plan": plan_body(plan), "price": price_body(plan), "quantity": quantity, "subscription": subscription,
        "tax_rates": [],
    }  # fmt: skip


def line_body(
    line: str, invoice: str, item: str, subscription: str, plan: Plan, quantity: int | None, amount: int,
    period: tuple[int, int], text: str, proration: bool = False,
) -> Body:  # fmt: skip
    """One invoice line; proration lines are invoice items, as Stripe makes them."""
    return {
        "id": line, "object": "line_item", "amount": amount, "amount_excluding_tax": amount, "currency": plan.currency,
        "description": text, "discount_amounts": [], "discountable": not proration, "discounts": [],
        "invoice": invoice, "invoice_item": "ii_" + line[3:] if proration else None, "livemode": True, "metadata": {},
        "period": {"start": period[0], "end": period[1]}, "plan": plan_body(plan), "price": price_body(plan),
        "proration": proration, "proration_details": {"credited_items": None}, "quantity": quantity,
        "subscription": subscription, "subscription_item": item, "tax_amounts": [], "tax_rates": [],
        "type": "invoiceitem" if proration else "subscription",
    }  # fmt: skip


def one_off_line_body(line: str, invoice: str, amount: int, currency: str, now: int, text: str) -> Body:
    return {
        "id": line, "object": "line_item", "amount": amount, "amount_excluding_tax": amount, "currency": currency,
        "description": text, "discount_amounts": [], "discountable": True, "discounts": [], "invoice": invoice,
        "invoice_item": "ii_" + line[3:], "livemode": True, "metadata": {}, "period": {"start": now, "end": now},
        "plan": None, "price": None, "proration": False, "proration_details": {"credited_items": None},
        "quantity": 1, "subscription": None, "subscription_item": None, "tax_amounts": [], "tax_rates": [],
        "type": "invoiceitem",
    }  # fmt: skip


def invoice_body(invoice: str, now: int, currency: str, number: str, customer: Body) -> Body:
    """A draft without lines or amounts."""
    return {
        "id": invoice, "object": "invoice", "account_country": "US", "account_name": "Meridian Works",
        "amount_due": 0, "amount_paid": 0, "amount_remaining": 0, "application_fee_amount": None, "attempt_count": 0,
        "attempted": False, "auto_advance": True, "automatic_tax": {"enabled": False, "status": None},
        "billing_reason": "subscription_cycle", "charge": None, "collection_method": "charge_automatically",
        "created": now, "currency": currency, "customer": customer["id"], "customer_address": customer["address"],
        "customer_email": customer["email"], "customer_name": customer["name"], "customer_tax_exempt": "none",
        "default_payment_method": None, "default_source": None, "default_tax_rates": [], "description": None,
        "discount": None, "discounts": [], "due_date": None, "ending_balance": None, "footer": None,
        "hosted_invoice_url": None, "invoice_pdf": None, "lines": listed([], f"/v1/invoices/{invoice}/lines"),
        "livemode": True, "metadata": {}, "next_payment_attempt": None, "number": number, "paid": False,
        "paid_out_of_band": False, "payment_intent": None, "period_end": now, "period_start": now,
        "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0, "quote": None,
        "receipt_number": None, "starting_balance": 0, "statement_descriptor": None, "status": "draft",
        "status_transitions": {"finalized_at": None, "marked_uncollectible_at": None, "paid_at": None,
                               "voided_at": None},
        "subscription": None, "subtotal": 0, "tax": None, "total": 0, "total_discount_amounts": [],
        "total_excluding_tax": 0, "total_tax_amounts": [], "webhooks_delivered_at": now,
    }  # fmt: skip


def charge_body(charge: str, now: int, invoice: Body, card: dict[str, Any], failure: str | None) -> Body:
    """A card charge for an invoice; `failure` is Stripe's failure code, None when it succeeded."""
    is_paid = failure is None
    amount = invoice["amount_due"]
    outcome = {"network_status": "approved_by_network" if is_paid else "declined_by_network",
               "reason": failure, "risk_level": "normal", "seller_message": "Payment complete." if is_paid else
               "The bank did not return any further details with this decline.",
               "type": "authorized" if is_paid else "issuer_declined"}  # fmt: skip
    return {
        "id": charge, "object": "charge", "amount": amount, "amount_captured": amount if is_paid else 0,
        "amount_refunded": 0, "application": None, "application_fee": None,
        "balance_transaction": transaction_id(charge) if is_paid and now >= BALANCE_SINCE else None,
        "billing_details": {"address": invoice["customer_address"], "email": invoice["customer_email"],
                            "name": invoice["customer_name"], "phone": None},
        "captured": is_paid, "created": now, "currency": invoice["currency"], "customer": invoice["customer"],
        "description": "Subscription update", "disputed": False, "failure_code": failure,
        "failure_message": None if is_paid else "Your card was declined.", "fraud_details": {},
        "invoice": invoice["id"], "livemode": True, "metadata": {}, "outcome": outcome, "paid": is_paid,
        "payment_intent": None, "payment_method": None,
        "payment_method_details": {"card": card, "type": "card"}, "receipt_email": None, "refunded": False,
        "refunds": listed([], f"/v1/charges/{charge}/refunds"), "source": None,
        "status": "succeeded" if is_paid else "failed",
    }  # fmt: skip


def refund_body(refund: str, now: int, charge: Body, amount: int) -> Body:
    return {
        "id": refund, "object": "refund", "amount": amount, "balance_transaction": transaction_id(refund),
        "charge": charge["id"], "created": now, "currency": charge["currency"], "metadata": {}, "payment_intent": None,
        "reason": "requested_by_customer", "receipt_number": None, "status": "succeeded",
    }  # fmt: skip


def dispute_body(dispute: str, now: int, charge: Body, reason: str) -> Body:
    """A dispute as it comes in, over a whole charge; the answer is due in 14 days."""
    return {
        "id": dispute, "object": "dispute", "amount": charge["amount"],
        "balance_transactions": [], "charge": charge["id"], "created": now, "currency": charge["currency"],
        "evidence": {}, "evidence_details": {"due_by": now + 14 * DAY, "has_evidence": False, "past_due": False,
                                             "submission_count": 0},
        "is_charge_refundable": False, "livemode": True, "metadata": {}, "payment_intent": None, "reason": reason,
        "status": "needs_response",
    }  # fmt: skip


def payout_body(payout: str, now: int, arrives: int, amount: int) -> Body:
    """An automatic payout in dollars to the company's bank account, on its way."""
    return {
        "id": payout, "object": "payout", "amount": amount, "arrival_date": arrives, "automatic": True,
        "balance_transaction": transaction_id(payout), "created": now, "currency": "usd",
        "description": "STRIPE PAYOUT", "destination": "ba_1MeridianOperating", "failure_balance_transaction": None,
        "failure_code": None, "failure_message": None, "livemode": True, "metadata": {}, "method": "standard",
        "original_payout": None, "reconciliation_status": "completed", "reversed_by": None, "source_type": "card",
        "statement_descriptor": None, "status": "in_transit", "type": "bank_account",
    }  # fmt: skip
