-- One row per month, forecast category, representative and kind of deal.
select
    month,
    is_complete,
    forecast_category,
    rep,
    deal_type,
    expected_deals_count,
    expected_usd,
    weighted_usd,
    won_usd
from {{ ref("forecast_month") }}
