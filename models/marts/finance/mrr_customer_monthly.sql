-- One row per month, customer, currency, product and plan.
select
    month,
    is_complete,
    customer_id,
    country,
    currency,
    product,
    plan,
    movement,
    is_within_month,
    opening_minor,
    closing_minor,
    opening_mrr_usd,
    new_usd,
    reactivation_usd,
    expansion_usd,
    contraction_usd,
    churn_usd,
    fx_usd,
    closing_mrr_usd,
    committed_mrr_usd,
    past_due_mrr_usd
from {{ ref("mrr_customer_month") }}
