-- One row per Stripe charge, succeeded or failed; amounts in minor units.
with source as (
    {{ stripe_objects("charge", "charges", {
        "id": "text", "customer": "text", "invoice": "text", "status": "text", "currency": "text",
        "amount": "numeric", "amount_refunded": "numeric", "failure_code": "text", "created": "timestamptz"
    }) }}
)

select
    id as charge_id,
    customer as customer_source_id,
    invoice as invoice_id,
    status,
    lower(currency) as currency,
    amount as amount_minor,
    coalesce(amount_refunded, 0) as refunded_minor,
    failure_code,
    created as created_at
from source
