-- One row per month and what tickets are cut by.
select
    month,
    is_complete,
    priority,
    channel,
    support_group,
    product,
    plan,
    country,
    region,
    created_count,
    replied_count,
    solved_count,
    reopened_count,
    one_touch_count,
    solutions_count,
    reopenings_count,
    open_count,
    surveys_count,
    rated_count,
    good_count
from {{ ref("ticket_month") }}
