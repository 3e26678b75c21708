-- One row per month, product, plan and country.
select
    month,
    is_complete,
    product,
    plan,
    country,
    invoiced_revenue_usd,
    recognized_revenue_usd,
    cost_of_revenue_usd,
    gross_profit_usd
from {{ ref("revenue_month") }}
