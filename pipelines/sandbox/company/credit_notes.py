"""Credit notes: most refunds of this year are written down against their invoice; what is paid or owed stays."""

from __future__ import annotations

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.desk import Desk, Invoice
from pipelines.sandbox.company.dice import share, token
from pipelines.sandbox.company.stripe_bodies import listed
from pipelines.sandbox.company.times import at

NOTED_SINCE = at(2026, 1, 1)
NOTED = 0.7


def is_noted(refund: str, now: int) -> bool:
    """Whether somebody wrote a credit note for the refund."""
    return now >= NOTED_SINCE and share("noted", refund) < NOTED


def note(desk: Desk, invoice: Invoice, refund: Body, turn: int) -> None:
    """A note after payment, of the refund's amount; the invoice tells the sum of its notes. `turn` counts refunds."""
    body, amount, now = invoice.body, refund["amount"], refund["created"]
    note_id = token("cn_1", 23, refund["id"])
    tax = amount * (body["tax"] or 0) // body["total"] if body["total"] else 0
    line = {
        "id": token("cnli_1", 23, refund["id"]), "object": "credit_note_line_item", "amount": amount - tax,
        "amount_excluding_tax": amount - tax, "description": "Refund", "discount_amount": 0, "discount_amounts": [],
        "invoice_line_item": None, "livemode": True, "quantity": None, "tax_amounts": [], "tax_rates": [],
        "type": "custom_line_item", "unit_amount": None, "unit_amount_decimal": None,
    }  # fmt: skip
    credit = {
        "id": note_id, "object": "credit_note", "amount": amount, "amount_shipping": 0, "created": now,
        "currency": desk.currency, "customer": desk.customer, "customer_balance_transaction": None,
        "discount_amount": 0, "discount_amounts": [], "effective_at": now, "invoice": body["id"],
        "lines": listed([line], f"/v1/credit_notes/{note_id}/lines"), "livemode": True, "memo": None, "metadata": {},
        "number": f"{body['number']}-CN-{turn:02d}", "out_of_band_amount": None, "pdf": None,
        "reason": "product_unsatisfactory" if share("reason", refund["id"]) < 0.5 else "order_change",
        "refund": refund["id"], "shipping_cost": None, "status": "issued", "subtotal": amount - tax,
        "subtotal_excluding_tax": amount - tax, "tax_amounts": [], "total": amount,
        "total_excluding_tax": amount - tax, "type": "post_payment", "voided_at": None,
    }  # fmt: skip
    body["post_payment_credit_notes_amount"] += amount
    desk.log.put("credit_note", credit, now, "credit_note.created")
    desk.log.put("invoice", body, now, "invoice.updated")
