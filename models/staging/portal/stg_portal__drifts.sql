-- One row per incident of drift at a source.
with source as (
    {{ raw("portal", "drift", {
        "drift_id": "uuid", "source": "text", "stream": "text", "kind": "text", "subject": "text", "found":
        "text", "expected": "text", "to_do": "text", "first_seen_at": "timestamptz", "last_seen_at":
        "timestamptz", "resolved_at": "timestamptz"
    }) }}
)

select
    drift_id,
    source,
    stream,
    kind,
    subject,
    found,
    expected,
    to_do,
    first_seen_at,
    last_seen_at,
    resolved_at
from source
