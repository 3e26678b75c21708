-- One row per month and user who came in the 28 days that it closes with.
select
    month,
    is_complete,
    user_id,
    account_id,
    user_role,
    plan,
    country,
    usage_group,
    users_count,
    power_users_count,
    active_days_count,
    sessions_count,
    used_minutes,
    features_count
from {{ ref("user_usage_month") }}
