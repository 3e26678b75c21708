-- One row per group of agents.
with source as (
    {{ raw("zendesk", "groups", {
        "id": "bigint", "name": "text", "deleted": "boolean"
    }) }}
)

select
    id as group_id,
    name as group_name,
    coalesce(deleted, false) as is_deleted
from source
