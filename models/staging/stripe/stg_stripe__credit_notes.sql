-- One row per Stripe credit note, as a webhook told it; in minor units, tax included.
with source as (
    {{ stripe_objects("credit_note", none, {
        "id": "text", "invoice": "text", "customer": "text", "refund": "text", "status": "text", "type": "text",
        "reason": "text", "currency": "text", "amount": "numeric", "subtotal": "numeric", "created": "timestamptz",
        "voided_at": "timestamptz"
    }) }}
)

select
    id as credit_note_id,
    invoice as invoice_id,
    customer as customer_source_id,
    refund as refund_id,
    status,
    type as credit_note_type,
    reason,
    lower(currency) as currency,
    amount as amount_minor,
    subtotal as subtotal_minor,
    created as created_at,
    voided_at
from source
