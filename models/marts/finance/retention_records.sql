-- One row per month and customer that paid 12 months before.
select
    month,
    is_complete,
    record_id,
    source,
    customer_name,
    country,
    nrr_base_usd,
    nrr_retained_usd,
    grr_retained_usd
from {{ ref("retention_record_month") }}
