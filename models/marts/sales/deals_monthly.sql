-- One row per close month and what deals are cut by.
select
    month,
    is_complete,
    rep,
    deal_type,
    country,
    lead_source,
    industry,
    company_size,
    deal_size,
    won_deals_count,
    lost_deals_count,
    closed_deals_count,
    won_amount_usd,
    won_acv_usd
from {{ ref("deals_month") }}
