-- One row per load run and stream; the stream is empty for the run itself.
select
    run_id,
    source,
    stream,
    started_at,
    ended_at,
    row_count,
    seconds,
    result,
    error,
    as_of
from {{ ref("stg_portal__load_runs") }}
