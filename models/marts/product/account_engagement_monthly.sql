-- One row per month and tracked account with a product.
select
    month,
    is_complete,
    account_id,
    account_name,
    customer_id,
    plan,
    country,
    accounts_count,
    able_features_count,
    used_features_count,
    adopted_features_count,
    held_products_count,
    adopted_products_count,
    active_days_count,
    active_users_count,
    quiet_days_count,
    recency_points,
    frequency_points,
    breadth_points,
    engagement_score,
    engagement_level
from {{ ref("account_engagement_month") }}
