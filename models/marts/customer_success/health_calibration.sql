-- One row per close and fifth of the customers that its model was tried on, by chance: how many it expected to leave, and how many left.
with latest as (
    select distinct on (month) health_run_id, month from {{ ref("stg_workshop__health_runs") }}
    order by month, is_complete desc, made_at desc, health_run_id
)

select
    latest.month,
    bins.bin,
    bins.customers_count,
    bins.expected_ratio,
    bins.seen_ratio
from latest
inner join {{ ref("stg_workshop__health_bins") }} as bins on latest.health_run_id = bins.health_run_id
