-- One row per person and time of calling a mail spam.
with source as (
    {{ raw("sendgrid", "spam_reports", {
        "email": "text", "created": "bigint", "ip": "text"
    }) }}
)

select distinct
    lower(email) as email,
    to_timestamp(created) as happened_at,
    ip as sent_from_ip
from source
