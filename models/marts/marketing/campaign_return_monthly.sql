-- One row per month, channel and campaign.
select
    month,
    is_complete,
    channel,
    campaign,
    spend_usd,
    customers_count,
    revenue_usd,
    paid_customers_count,
    paid_revenue_usd,
    paid_margin_usd
from {{ ref("campaign_return_month") }}
