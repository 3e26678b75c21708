-- One row per close month, representative, kind of deal and country.
select
    month,
    is_complete,
    rep,
    deal_type,
    country,
    won_deals_count,
    lost_deals_count,
    closed_deals_count,
    won_amount_usd
from {{ ref("deals_month") }}
