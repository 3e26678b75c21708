-- One row per cohort that somebody saved in Amplitude.
with source as (
    {{ raw("amplitude", "cohorts", {
        "id": "text", "name": "text", "description": "text", "size": "integer", "archived": "boolean",
        "lastComputed": "numeric"
    }) }}
)

select
    id as cohort_id,
    name as cohort_name,
    description,
    size as user_count,
    coalesce(archived, false) as is_archived,
    to_timestamp(lastcomputed) as computed_at
from source
