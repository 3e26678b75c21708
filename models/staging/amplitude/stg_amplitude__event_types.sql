-- One row per type of event that Amplitude's taxonomy knows.
with source as (
    {{ raw("amplitude", "event_types", {
        "event_type": "text", "category": "text", "description": "text", "is_active": "boolean"
    }) }}
)

select
    event_type as event_name,
    category,
    description,
    coalesce(is_active, true) as is_active
from source
