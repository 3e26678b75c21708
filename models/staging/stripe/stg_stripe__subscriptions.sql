-- One row per Stripe subscription, as it stands now.
with source as (
    {{ stripe_objects("subscription", "subscriptions", {
        "id": "text", "customer": "text", "status": "text", "created": "timestamptz", "start_date": "timestamptz",
        "trial_start": "timestamptz", "trial_end": "timestamptz", "canceled_at": "timestamptz",
        "cancel_at": "timestamptz", "cancel_at_period_end": "boolean", "ended_at": "timestamptz",
        "current_period_start": "timestamptz", "current_period_end": "timestamptz", "pause_collection": "jsonb",
        "items": "jsonb"
    }) }}
)

select
    id as subscription_id,
    customer as customer_source_id,
    status,
    created as created_at,
    start_date as started_at,
    trial_start as trial_starts_at,
    trial_end as trial_ends_at,
    canceled_at,
    cancel_at,
    cancel_at_period_end as is_cancelled_at_period_end,
    ended_at,
    current_period_start as period_starts_at,
    current_period_end as period_ends_at,
    pause_collection is not null and jsonb_typeof(pause_collection) <> 'null' as is_collection_paused,
    {{ json_list("items") }} as items
from source
