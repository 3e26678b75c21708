-- One row per event that Mixpanel got; staff and machines are among them.
with source as (
    {{ raw("mixpanel", "export", {
        "mp_reserved_insert_id": "text", "event": "text", "distinct_id": "text", "account_id": "text",
        "time": "timestamptz", "mp_processing_time_ms": "numeric", "features": "text", "duration_seconds": "numeric",
        "mp_reserved_browser": "text", "mp_reserved_os": "text", "user_agent": "text"
    }) }}
)

select
    mp_reserved_insert_id as event_id,
    event as event_name,
    distinct_id as user_id,
    account_id,
    {{ feature_list("features") }} as features,
    duration_seconds,
    mp_reserved_browser as browser,
    mp_reserved_os as operating_system,
    coalesce(user_agent ~* '\m(bot|crawler|spider|uptime)', false) as is_machine,
    time as occurred_at,
    to_timestamp(mp_processing_time_ms / 1000) as received_at
from source
