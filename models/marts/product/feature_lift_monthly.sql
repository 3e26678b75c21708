-- One row per month and feature.
select
    month,
    is_complete,
    feature,
    product,
    adopters_count,
    retained_adopters_count,
    others_count,
    retained_others_count,
    retention_lift,
    retention_lift_low,
    retention_lift_high,
    why_null
from {{ ref("feature_lift_month") }}
