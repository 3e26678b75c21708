-- One row per HubSpot list.
with source as (
    {{ raw("hubspot", "contact_lists", {
        "listId": "text", "name": "text", "processingType": "text", "createdAt": "timestamptz",
        "updatedAt": "timestamptz", "deletedAt": "timestamptz"
    }) }}
)

select
    listid as list_id,
    name as list_name,
    processingtype = 'DYNAMIC' as is_active,
    createdat as created_at,
    updatedat as updated_at,
    deletedat is not null as is_deleted
from source
