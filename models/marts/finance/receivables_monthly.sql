-- One row per month, age of the debt, country and currency.
select
    month,
    is_complete,
    bucket,
    country,
    region,
    currency,
    records_count,
    receivable_usd,
    overdue_usd,
    credit_usd,
    disputed_usd
from {{ ref("receivable_month") }}
