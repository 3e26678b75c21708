-- One row per month, list and line of the file of costs.
select
    month,
    is_complete,
    list,
    record_id,
    source,
    department,
    category,
    product,
    currency,
    amount,
    amount_usd
from {{ ref("cost_record_month") }}
