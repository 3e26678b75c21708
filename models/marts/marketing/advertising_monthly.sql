-- One row per month, platform, channel and campaign.
select
    month,
    is_complete,
    platform,
    channel,
    campaign,
    spend_usd,
    impressions_count,
    clicks_count,
    claimed_leads_count
from {{ ref("ad_month") }}
