-- One row per source and stream.
with source as (
    {{ raw("portal", "stream_state", {
        "source": "text", "stream": "text", "schema_version": "integer", "newest_event_at": "timestamptz",
        "last_rows_at": "timestamptz", "last_row_count": "bigint", "seen_at": "timestamptz", "quarantined_at":
        "timestamptz", "quarantine_reason": "text"
    }) }}
)

select
    source,
    stream,
    schema_version,
    newest_event_at,
    last_rows_at,
    last_row_count,
    seen_at,
    quarantined_at,
    quarantine_reason
from source
