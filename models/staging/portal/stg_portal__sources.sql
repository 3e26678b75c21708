-- One row per source that can be connected.
with source as (
    {{ raw("portal", "source", {
        "source": "text", "label": "text", "cadence_minutes": "integer", "is_configured": "boolean", "seen_at":
        "timestamptz"
    }) }}
)

select
    source,
    label,
    cadence_minutes,
    is_configured,
    seen_at
from source
