-- One row per account that was opened.
select
    month,
    is_complete,
    record_id,
    source,
    account_name,
    created_date,
    country,
    region,
    accounts_count
from {{ ref("account_record_month") }}
