-- One row per event that Amplitude got.
with source as (
    {{ raw("amplitude", "events", {
        "uuid": "text", "event_type": "text", "user_id": "text", "event_time": "timestamptz",
        "server_upload_time": "timestamptz", "platform": "text", "os_name": "text", "country": "text",
        "event_properties": "jsonb", "user_properties": "jsonb"
    }) }}
)

select
    uuid as event_id,
    event_type as event_name,
    user_id,
    user_properties ->> 'account_id' as account_id,
    lower(user_properties ->> 'email') as email,
    lower(split_part(user_properties ->> 'email', '@', 2)) as email_domain,
    {{ feature_list("event_properties ->> 'features'") }} as features,
    cast(event_properties ->> 'duration_seconds' as numeric) as duration_seconds,
    platform,
    os_name as operating_system,
    country,
    event_time as occurred_at,
    server_upload_time as received_at
from source
