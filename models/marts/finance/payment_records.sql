-- One row per charge that succeeded or failed.
select
    month,
    is_complete,
    record_id,
    source,
    invoice_id,
    charged_date,
    failure_code,
    customer_id,
    customer_name,
    country,
    region,
    currency,
    received_usd,
    failed_count
from {{ ref("payment_record_month") }}
