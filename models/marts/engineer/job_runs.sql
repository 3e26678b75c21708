-- One row per job run and step; the step is empty for the whole job.
select
    run_id,
    job,
    step,
    started_at,
    ended_at,
    seconds,
    result,
    error,
    as_of,
    detail
from {{ ref("stg_portal__job_runs") }}
