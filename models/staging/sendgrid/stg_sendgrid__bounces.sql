-- One row per bounce that put an address on the list.
with source as (
    {{ raw("sendgrid", "bounces", {
        "email": "text", "created": "bigint", "reason": "text", "status": "text"
    }) }}
)

select distinct
    lower(email) as email,
    to_timestamp(created) as happened_at,
    reason,
    status as smtp_status
from source
