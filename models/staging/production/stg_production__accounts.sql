-- One row per account of the product.
with source as (
    {{ raw("production", "accounts", {
        "id": "text", "name": "text", "plan": "text", "country": "text", "stripe_customer_id": "text",
        "is_internal": "boolean", "created_at": "timestamptz", "deleted_at": "timestamptz",
        "_sdc_deleted_at": "timestamptz"
    }) }}
)

select
    id as account_id,
    name as account_name,
    plan as plan_name,
    upper(country) as country,
    stripe_customer_id as customer_source_id,
    coalesce(is_internal, false) as is_internal,
    created_at,
    coalesce(deleted_at, _sdc_deleted_at) as deleted_at,
    _sdc_deleted_at as removed_at
from source
