-- One row per month of opening and what deals are cut by.
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
    created_deals_count,
    won_deals_count,
    closed_deals_count,
    open_deals_count
from {{ ref("deals_created_month") }}
