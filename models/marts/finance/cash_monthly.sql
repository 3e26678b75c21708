-- One row per month.
select
    month,
    is_complete,
    cash_usd,
    cash_note,
    net_burn_usd,
    net_burn_note,
    mean_net_burn_usd,
    runway_months,
    runway_note
from {{ ref("cash_month") }}
