-- One row per order in the product; the amount in minor units.
with source as (
    {{ raw("production", "orders", {
        "id": "text", "account_id": "text", "kind": "text", "quantity": "numeric", "amount_minor": "numeric",
        "currency": "text", "created_at": "timestamptz",
        "_sdc_deleted_at": "timestamptz"
    }) }}
)

select
    id as order_id,
    account_id,
    kind as order_kind,
    quantity,
    amount_minor,
    lower(currency) as currency,
    created_at,
    _sdc_deleted_at as removed_at
from source
