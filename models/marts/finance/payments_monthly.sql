-- One row per month, country and currency.
select
    month,
    is_complete,
    country,
    region,
    currency,
    received_usd,
    failed_count
from {{ ref("payment_month") }}
