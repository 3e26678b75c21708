-- One row per month, customer, product and plan that moved.
select
    month,
    is_complete,
    customer_id,
    customer_name,
    country,
    product,
    plan,
    currency,
    movement,
    is_within_month,
    opening_mrr_usd,
    new_usd,
    reactivation_usd,
    expansion_usd,
    contraction_usd,
    churn_usd,
    fx_usd,
    closing_mrr_usd,
    movement_usd
from {{ ref("mrr_movement") }}
