-- One row per Stripe customer.
with source as (
    {{ stripe_objects("customer", "customers", {
        "id": "text", "name": "text", "email": "text", "currency": "text", "address": "jsonb",
        "created": "timestamptz"
    }) }}
)

select
    id as customer_source_id,
    name as customer_name,
    email,
    lower(currency) as currency,
    upper(address ->> 'country') as country,
    created as created_at
from source
