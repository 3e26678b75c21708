-- One row per person and kind of mail they left.
with source as (
    {{ raw("sendgrid", "group_suppressions", {
        "email": "text", "group_id": "bigint", "group_name": "text", "created_at": "bigint"
    }) }}
)

select distinct
    lower(email) as email,
    group_id,
    group_name,
    to_timestamp(created_at) as happened_at
from source
