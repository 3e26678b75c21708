-- One row per month, channel, source, medium and campaign.
select
    month,
    is_complete,
    channel,
    source,
    medium,
    campaign,
    sessions_count,
    engaged_sessions_count,
    new_users_count,
    page_views_count,
    leads_count,
    sign_ups_count
from {{ ref("web_traffic_month") }}
