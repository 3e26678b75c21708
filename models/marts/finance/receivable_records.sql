-- One row per month and invoice, credit or dispute that is open at its close.
select
    month,
    is_complete,
    record_id,
    source,
    kind,
    due_date,
    overdue_days,
    customer_id,
    customer_name,
    bucket,
    country,
    region,
    currency,
    receivable_usd,
    overdue_usd,
    credit_usd,
    disputed_usd
from {{ ref("receivable_record_month") }}
