-- One row per month, tracked account and feature that it could use.
select
    month,
    is_complete,
    account_id,
    customer_id,
    feature,
    product,
    plan,
    country,
    uses_count,
    uses_needed_count,
    trier_id,
    adopter_id
from {{ ref("feature_use_month") }}
