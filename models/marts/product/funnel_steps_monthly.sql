-- One row per attempt at a funnel, way of counting and step; months whose attempts all had their time.
select
    month,
    true as is_complete,
    attempt_id,
    funnel,
    variant,
    step,
    is_last,
    plan,
    country,
    reached_attempt_id,
    previous_attempt_id,
    minutes_since_previous
from {{ ref("funnel_step") }}
where is_mature
