-- One row per mail that was refused for now.
with source as (
    {{ raw("sendgrid", "blocks", {
        "email": "text", "created": "bigint", "reason": "text", "status": "text"
    }) }}
)

select distinct
    lower(email) as email,
    to_timestamp(created) as happened_at,
    reason,
    status as smtp_status
from source
