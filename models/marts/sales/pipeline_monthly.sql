-- One row per month and what open deals are cut by.
select
    month,
    is_complete,
    stage,
    forecast_category,
    rep,
    deal_type,
    country,
    lead_source,
    industry,
    company_size,
    deal_size,
    open_deals_count,
    open_pipeline_usd,
    weighted_pipeline_usd,
    stale_deals_count,
    stale_pipeline_usd
from {{ ref("pipeline_month") }}
