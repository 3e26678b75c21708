-- One row per person who wants no mail at all.
with source as (
    {{ raw("sendgrid", "unsubscribes", {
        "email": "text", "created": "bigint"
    }) }}
)

select distinct
    lower(email) as email,
    to_timestamp(created) as happened_at
from source
