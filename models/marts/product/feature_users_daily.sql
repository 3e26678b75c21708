-- One row per user, feature and complete local day on which they used it.
select
    day,
    user_id,
    account_id,
    feature,
    product,
    plan,
    country,
    uses_count
from {{ ref("user_feature_day") }}
