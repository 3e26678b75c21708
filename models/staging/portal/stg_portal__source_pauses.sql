-- One row per source that is paused.
with source as (
    {{ raw("portal", "source_pause", {
        "source": "text", "paused_by": "text", "paused_at": "timestamptz", "reason": "text"
    }) }}
)

select
    source,
    paused_by,
    paused_at,
    reason
from source
