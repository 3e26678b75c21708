-- One row per user of the product.
with source as (
    {{ raw("production", "users", {
        "id": "text", "account_id": "text", "email": "text", "role": "text", "created_at": "timestamptz",
        "last_seen_at": "timestamptz", "_sdc_deleted_at": "timestamptz"
    }) }}
)

select
    id as user_id,
    account_id,
    lower(email) as email,
    role as user_role,
    created_at,
    last_seen_at,
    _sdc_deleted_at as removed_at
from source
