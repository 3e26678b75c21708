-- One row per day, channel, source, medium and campaign of web sessions, as Google Analytics last told it and before.
with source as (
    {{ raw("ga4", "traffic", {
        "date": "date", "session_default_channel_group": "text", "session_source": "text",
        "session_medium": "text", "session_campaign_name": "text", "sessions": "numeric",
        "engaged_sessions": "numeric", "total_users": "numeric", "new_users": "numeric",
        "screen_page_views": "numeric", "user_engagement_duration": "numeric", "key_events": "numeric",
        "key_events_generate_lead": "numeric", "key_events_sign_up": "numeric",
        "_sdc_extracted_at": "timestamptz"
    }) }}
)

select distinct
    date as visit_date,
    session_default_channel_group as channel,
    session_source as source,
    session_medium as medium,
    session_campaign_name as campaign_name,
    cast(sessions as bigint) as session_count,
    cast(engaged_sessions as bigint) as engaged_session_count,
    cast(total_users as bigint) as user_count,
    cast(new_users as bigint) as new_user_count,
    cast(screen_page_views as bigint) as page_view_count,
    user_engagement_duration as engagement_seconds,
    cast(key_events as bigint) as key_event_count,
    cast(key_events_generate_lead as bigint) as lead_count,
    cast(key_events_sign_up as bigint) as sign_up_count,
    {{ is_newest_of_its_day() }} as is_current
from source
