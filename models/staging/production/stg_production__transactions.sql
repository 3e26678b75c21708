-- One row per transaction in the product; the amount in minor units.
with source as (
    {{ raw("production", "transactions", {
        "id": "text", "order_id": "text", "account_id": "text", "amount_minor": "numeric", "currency": "text",
        "status": "text", "created_at": "timestamptz",
        "_sdc_deleted_at": "timestamptz"
    }) }}
)

select
    id as transaction_id,
    order_id,
    account_id,
    amount_minor,
    lower(currency) as currency,
    status,
    created_at,
    _sdc_deleted_at as removed_at
from source
