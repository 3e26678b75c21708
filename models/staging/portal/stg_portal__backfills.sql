-- One row per source that was ever read anew from its start.
with source as (
    {{ raw("portal", "backfill", {
        "source": "text", "since": "timestamptz", "started_at": "timestamptz", "ended_at": "timestamptz"
    }) }}
)

select
    source,
    since,
    started_at,
    ended_at
from source
