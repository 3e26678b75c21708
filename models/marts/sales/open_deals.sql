-- One row per deal that is open.
select
    opportunity_id,
    opportunity_name,
    account_name,
    country,
    rep,
    deal_type,
    lead_source,
    stage,
    forecast_category,
    expected_close_date,
    amount_usd,
    weighted_usd,
    created_at,
    changed_at,
    days_unchanged_count,
    is_stale
from {{ ref("open_deal") }}
