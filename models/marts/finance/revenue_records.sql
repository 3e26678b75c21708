-- One row per month, list and line of an invoice or contract.
select
    month,
    is_complete,
    list,
    record_id,
    source,
    invoice_id,
    record_date,
    customer_id,
    customer_name,
    product,
    plan,
    country,
    region,
    currency,
    amount_usd
from {{ ref("revenue_record_month") }}
