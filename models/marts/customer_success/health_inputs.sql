-- One row per close that has scores and input: what it counts for, what is usual, or why it is not weighed.
with latest as (
    select distinct on (month) health_run_id, month from {{ ref("stg_workshop__health_runs") }}
    order by month, is_complete desc, made_at desc, health_run_id
)

select
    latest.month,
    inputs.input,
    inputs.label,
    inputs.sense,
    inputs.is_log,
    inputs.cap,
    inputs.center,
    inputs.spread,
    inputs.coefficient,
    inputs.weight,
    inputs.left_out
from latest
inner join {{ ref("stg_workshop__health_inputs") }} as inputs on latest.health_run_id = inputs.health_run_id
