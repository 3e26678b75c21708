-- One row per job run and step.
with source as (
    {{ raw("portal", "job_run", {
        "run_id": "uuid", "job": "text", "step": "text", "started_at": "timestamptz", "ended_at": "timestamptz",
        "result": "text", "error": "text", "as_of": "timestamptz", "detail": "jsonb"
    }) }}
)

select
    run_id,
    job,
    step,
    started_at,
    ended_at,
    extract(epoch from ended_at - started_at) as seconds,
    result,
    error,
    as_of,
    detail
from source
