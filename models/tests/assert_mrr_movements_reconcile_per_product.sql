-- Opening + new + reactivation + expansion − contraction − churn ± exchange rate is closing, for each month and product.
select
    month,
    product,
    sum(opening_mrr_usd + new_usd + reactivation_usd + expansion_usd - contraction_usd - churn_usd + fx_usd)
        as expected_usd,
    sum(closing_mrr_usd) as closing_mrr_usd
from {{ ref("mrr_customer_month") }}
group by month, product
having
    sum(opening_mrr_usd + new_usd + reactivation_usd + expansion_usd - contraction_usd - churn_usd + fx_usd)
    <> sum(closing_mrr_usd)
