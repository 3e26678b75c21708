-- One row per month, customer, currency and age of the debt.
select
    month,
    is_complete,
    customer_id,
    customer_name,
    country,
    currency,
    bucket,
    is_disputed,
    records_count,
    oldest_due_at,
    most_overdue_days,
    receivable_usd,
    overdue_usd,
    credit_usd,
    disputed_usd
from {{ ref("receivable_customer_month") }}
