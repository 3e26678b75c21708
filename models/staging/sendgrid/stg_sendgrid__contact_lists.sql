-- One row per contact list.
with source as (
    {{ raw("sendgrid", "lists", {
        "id": "text", "name": "text", "contact_count": "bigint"
    }) }}
)

select distinct
    id as list_id,
    name as list_name,
    contact_count as contacts_count
from source
