-- One row per month, product, plan, country and currency.
select
    month,
    is_complete,
    product,
    plan,
    country,
    region,
    currency,
    opening_mrr_usd,
    new_usd,
    reactivation_usd,
    expansion_usd,
    contraction_usd,
    churn_usd,
    fx_usd,
    closing_mrr_usd,
    lost_usd,
    committed_mrr_usd,
    past_due_mrr_usd
from {{ ref("mrr_month") }}
