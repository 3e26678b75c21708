-- One row per HubSpot form.
with source as (
    {{ raw("hubspot", "forms", {
        "guid": "text", "name": "text", "formType": "text", "createdAt": "timestamptz", "updatedAt": "timestamptz"
    }) }}
)

select
    guid as form_id,
    name as form_name,
    formtype as form_type,
    createdat as created_at,
    updatedat as updated_at
from source
