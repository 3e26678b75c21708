-- One row per month, rule of attribution, channel and campaign.
select
    month,
    is_complete,
    model,
    channel,
    campaign,
    created_deals_count,
    won_deals_count,
    customers_count,
    new_mrr_usd
from {{ ref("attribution_month") }}
