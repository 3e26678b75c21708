-- One row per day and kind of device of web sessions, as Google Analytics last told it and before.
with source as (
    {{ raw("ga4", "devices", {
        "date": "date", "device_category": "text", "sessions": "numeric", "engaged_sessions": "numeric",
        "total_users": "numeric", "new_users": "numeric", "key_events": "numeric",
        "_sdc_extracted_at": "timestamptz"
    }) }}
)

select distinct
    date as visit_date,
    device_category as device,
    cast(sessions as bigint) as session_count,
    cast(engaged_sessions as bigint) as engaged_session_count,
    cast(total_users as bigint) as user_count,
    cast(new_users as bigint) as new_user_count,
    cast(key_events as bigint) as key_event_count,
    {{ is_newest_of_its_day() }} as is_current
from source
