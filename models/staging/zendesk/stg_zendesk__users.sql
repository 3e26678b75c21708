-- One row per person in Zendesk: agents, and everybody who ever wrote.
with source as (
    {{ raw("zendesk", "users", {
        "id": "bigint", "name": "text", "email": "text", "role": "text", "organization_id": "bigint",
        "external_id": "text", "active": "boolean", "suspended": "boolean", "created_at": "timestamptz"
    }) }}
)

select
    id as user_id,
    name as user_name,
    lower(email) as email,
    role,
    role in ('agent', 'admin') as is_agent,
    organization_id,
    nullif(external_id, '') as product_user_id,
    coalesce(active, true) as is_active,
    coalesce(suspended, false) as is_suspended,
    created_at
from source
