-- One row per source.
with runs as (
    select * from {{ ref("stg_portal__load_runs") }}
    where stream = ''
),

latest as (
    select distinct on (source) source, started_at, result, error
    from runs
    order by source, started_at desc
),

loaded as (
    select distinct on (source) source, ended_at, row_count, seconds
    from runs
    where result = 'ok'
    order by source, started_at desc
),

counted as (
    select source, count(*) as loads_count, count(*) filter (where result = 'failed') as failed_loads_count
    from runs
    group by source
)

select
    counted.source,
    latest.started_at as last_run_at,
    latest.result as last_result,
    latest.error as last_error,
    loaded.ended_at as last_loaded_at,
    loaded.row_count as last_row_count,
    loaded.seconds as last_seconds,
    counted.loads_count,
    counted.failed_loads_count
from counted
inner join latest on counted.source = latest.source
left join loaded on counted.source = loaded.source
