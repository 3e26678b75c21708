-- One row per month, stage, representative, kind of deal and country.
select
    month,
    is_complete,
    stage,
    rep,
    deal_type,
    country,
    open_deals_count,
    open_pipeline_usd
from {{ ref("pipeline_month") }}
