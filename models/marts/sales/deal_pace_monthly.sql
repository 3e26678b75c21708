-- One row per month, cut and part.
select
    month,
    is_complete,
    cut,
    part,
    rep,
    deal_type,
    country,
    lead_source,
    industry,
    company_size,
    deal_size,
    time_to_close_days,
    time_to_close_note,
    median_tcv_usd,
    median_acv_usd,
    median_note,
    velocity_usd,
    velocity_note
from {{ ref("deal_pace_month") }}
