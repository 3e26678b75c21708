-- One row per month, what happened and ticket, each time that it did.
select
    month,
    is_complete,
    list,
    record_id,
    source,
    listed_date,
    customer_id,
    status,
    priority,
    channel,
    support_group,
    product,
    plan,
    country,
    region
from {{ ref("ticket_record_month") }}
