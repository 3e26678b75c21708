-- One row per contact.
with source as (
    {{ raw("sendgrid", "contacts", {
        "contact_id": "text", "email": "text", "first_name": "text", "last_name": "text", "country": "text",
        "custom_fields": "jsonb", "created_at": "timestamptz", "updated_at": "timestamptz",
        "exported_at": "timestamptz"
    }) }}
)

select distinct
    contact_id,
    lower(email) as email,
    first_name,
    last_name,
    country,
    custom_fields ->> 'account_id' as account_id,
    custom_fields ->> 'company' as company_name,
    custom_fields ->> 'role' as role,
    created_at,
    updated_at,
    exported_at,
    exported_at < max(exported_at) over () as is_gone
from source
