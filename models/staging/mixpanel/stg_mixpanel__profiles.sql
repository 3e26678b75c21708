-- One row per profile that Mixpanel keeps of somebody.
with source as (
    {{ raw("mixpanel", "engage", {
        "distinct_id": "text", "mp_reserved_email": "text", "mp_reserved_name": "text", "account_id": "text",
        "role": "text", "mp_reserved_created": "timestamp", "mp_reserved_last_seen": "timestamp"
    }) }}
)

select
    distinct_id as user_id,
    account_id,
    lower(mp_reserved_email) as email,
    lower(split_part(mp_reserved_email, '@', 2)) as email_domain,
    mp_reserved_name as full_name,
    role,
    mp_reserved_created at time zone 'UTC' as created_at,
    mp_reserved_last_seen at time zone 'UTC' as last_seen_at
from source
