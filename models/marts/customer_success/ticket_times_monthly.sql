-- One row per month, cut and part.
select
    month,
    is_complete,
    cut,
    part,
    priority,
    channel,
    support_group,
    product,
    plan,
    country,
    region,
    first_reply_median_hours,
    first_reply_p90_hours,
    first_reply_median_business_hours,
    first_reply_p90_business_hours,
    first_reply_note,
    resolution_median_hours,
    resolution_p90_hours,
    resolution_median_business_hours,
    resolution_p90_business_hours,
    resolution_note
from {{ ref("ticket_time_month") }}
