-- One row per Stripe subscription item, also of those that were removed from their subscription since.
with source as (
    {{ stripe_objects("subscription", "subscription_items", {
        "id": "text", "subscription": "text", "quantity": "numeric", "plan": "jsonb", "created": "timestamptz"
    }, nested="items", parent_key="subscription") }}
)

select
    id as subscription_item_id,
    subscription as subscription_id,
    quantity,
    plan ->> 'id' as plan_id,
    cast(plan ->> 'amount' as numeric) as plan_amount_minor,
    lower(plan ->> 'currency') as currency,
    plan ->> 'interval' as billing_interval,
    cast(plan ->> 'interval_count' as integer) as interval_count,
    plan ->> 'usage_type' as usage_type,
    created as created_at
from source
