-- One row per platform, campaign and day.
select
    month,
    is_complete,
    record_id,
    source,
    spend_date,
    platform,
    channel,
    campaign,
    spend_usd,
    impressions_count,
    clicks_count,
    claimed_leads_count
from {{ ref("ad_record_month") }}
