-- One row per load run and stream.
with source as (
    {{ raw("portal", "load_run", {
        "run_id": "uuid", "source": "text", "stream": "text", "started_at": "timestamptz",
        "ended_at": "timestamptz", "row_count": "bigint", "seconds": "double precision", "result": "text",
        "error": "text", "as_of": "timestamptz", "is_full": "boolean", "log": "text"
    }) }}
)

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
    as_of,
    is_full,
    log
from source
