-- One row per month, channel and campaign.
select
    month,
    is_complete,
    channel,
    campaign,
    leads_count,
    paid_leads_count
from {{ ref("channel_lead_month") }}
