-- One row per line of a Stripe invoice; the amount before discounts and tax, in minor units.
with source as (
    {{ stripe_objects("invoice", "invoice_line_items", {
        "id": "text", "invoice": "text", "subscription": "text", "subscription_item": "text", "type": "text",
        "amount": "numeric", "quantity": "numeric", "currency": "text", "proration": "boolean",
        "description": "text", "plan": "jsonb", "price": "jsonb", "period": "jsonb"
    }, nested="lines", parent_key="invoice") }}
)

select
    id as invoice_line_id,
    invoice as invoice_id,
    subscription as subscription_id,
    subscription_item as subscription_item_id,
    type as line_type,
    description,
    amount as amount_minor,
    quantity,
    lower(currency) as currency,
    coalesce(proration, false) as is_proration,
    plan ->> 'id' as plan_id,
    coalesce(plan ->> 'product', price ->> 'product') as product_id,
    plan ->> 'nickname' as plan_name,
    cast(plan ->> 'amount' as numeric) as plan_amount_minor,
    plan ->> 'interval' as billing_interval,
    cast(plan ->> 'interval_count' as integer) as interval_count,
    coalesce(plan ->> 'usage_type', 'none') as usage_type,
    {{ json_instant("period ->> 'start'") }} as period_starts_at,
    {{ json_instant("period ->> 'end'") }} as period_ends_at
from source
