-- One row per Stripe plan; the amount is in minor units per unit and billing cycle.
with source as (
    {{ stripe_objects("plan", "plans", {
        "id": "text", "product": "text", "nickname": "text", "amount": "numeric", "currency": "text",
        "interval": "text", "interval_count": "integer", "usage_type": "text", "created": "timestamptz"
    }) }}
)

select
    id as plan_id,
    product as product_id,
    nickname as plan_name,
    amount as amount_minor,
    lower(currency) as currency,
    "interval" as billing_interval,
    interval_count,
    usage_type,
    created as created_at
from source
