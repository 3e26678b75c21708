-- One row per address that cannot be.
with source as (
    {{ raw("sendgrid", "invalid_emails", {
        "email": "text", "created": "bigint", "reason": "text"
    }) }}
)

select distinct
    lower(email) as email,
    to_timestamp(created) as happened_at,
    reason
from source
