-- One row per month, user who came, and feature they could use.
select
    month,
    is_complete,
    feature,
    product,
    user_id,
    account_id,
    plan,
    country,
    active_days_count,
    adoption,
    retained_user_id
from {{ ref("feature_retention_month") }}
