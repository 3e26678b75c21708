-- One row per month.
select
    month,
    is_complete,
    won_deals_count,
    cycle_days,
    lag_months,
    spend_month,
    acquisition_spend_usd,
    paid_acquisition_spend_usd,
    acquisition_note
from {{ ref("acquisition_month") }}
