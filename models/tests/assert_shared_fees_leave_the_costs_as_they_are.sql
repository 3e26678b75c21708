-- Sharing payment fees over products moves money between them and makes none: each month costs what its costs say.
with shared as (
    select month, sum(cost_usd) as cost_usd from {{ ref("cost_of_revenue_month") }}
    group by month
),

booked as (
    select month, sum(amount_usd) as cost_usd from {{ ref("fct_cost") }}
    where is_cost_of_revenue
    group by month
)

select coalesce(booked.month, shared.month) as month, booked.cost_usd, shared.cost_usd as shared_usd
from booked
full join shared on booked.month = shared.month
where booked.cost_usd is distinct from shared.cost_usd
