-- One row per month and customer that opens, closes or passes through it with MRR.
select
    month,
    is_complete,
    customer_id,
    record_id,
    source,
    customer_name,
    country,
    opening_mrr_usd,
    closing_mrr_usd,
    opening_count,
    active_count,
    new_count,
    reactivated_count,
    lost_count,
    churned_count
from {{ ref("customer_record_month") }}
