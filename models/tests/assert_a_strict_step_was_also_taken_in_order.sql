-- Rows are attempts that came to a step strictly, but not in order or not in any order.
select
    attempt_id,
    step_number
from {{ ref("funnel_step") }}
where variant in ('in order', 'strict', 'any order')
group by attempt_id, step_number
having
    count(reached_attempt_id) filter (where variant = 'strict')
    > least(
        count(reached_attempt_id) filter (where variant = 'in order'),
        count(reached_attempt_id) filter (where variant = 'any order')
    )
