-- One row per kind of mail that one can leave.
with source as (
    {{ raw("sendgrid", "suppression_groups", {
        "id": "bigint", "name": "text", "description": "text", "is_default": "boolean", "unsubscribes": "bigint"
    }) }}
)

select distinct
    id as group_id,
    name as group_name,
    description,
    coalesce(is_default, false) as is_default,
    unsubscribes as unsubscribes_count
from source
