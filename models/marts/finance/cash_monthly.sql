-- One row per month.
select
    month,
    is_complete,
    cash_usd,
    net_burn_usd,
    mean_net_burn_usd,
    runway_months,
    runway_note
from {{ ref("cash_month") }}
