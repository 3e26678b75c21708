-- One row per source and stream that has brought rows, or was set aside.
with drifts as (
    select source, stream, count(*) as open_drifts_count from {{ ref("stg_portal__drifts") }}
    where resolved_at is null
    group by source, stream
)

select
    states.source,
    states.stream,
    states.schema_version,
    states.newest_event_at,
    states.last_rows_at,
    states.last_row_count,
    states.quarantined_at,
    states.quarantine_reason,
    sources.last_loaded_at,
    sources.expected_by,
    coalesce(drifts.open_drifts_count, 0) as open_drifts_count
from {{ ref("stg_portal__stream_states") }} as states
left join {{ ref("sources") }} as sources on states.source = sources.source
left join drifts on states.source = drifts.source and states.stream = drifts.stream
