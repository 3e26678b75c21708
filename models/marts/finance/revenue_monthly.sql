-- One row per month, product, plan, country and currency.
select
    month,
    is_complete,
    product,
    plan,
    country,
    region,
    currency,
    invoiced_revenue_usd,
    recognized_revenue_usd,
    cost_of_revenue_usd,
    gross_profit_usd
from {{ ref("revenue_month") }}
