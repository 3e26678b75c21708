-- One row per cohort month, age and country.
select
    cohort_month,
    age,
    month,
    is_complete,
    country,
    region,
    base_customers_count,
    kept_customers_count,
    base_mrr_usd,
    kept_mrr_usd,
    closing_mrr_usd,
    at_risk_count,
    lost_count
from {{ ref("cohort_month") }}
