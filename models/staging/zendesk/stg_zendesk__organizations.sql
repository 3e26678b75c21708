-- One row per organisation in Zendesk: a customer as support knows it, deleted ones included.
with source as (
    {{ raw("zendesk", "organizations", {
        "id": "bigint", "name": "text", "external_id": "text", "domain_names": "jsonb", "tags": "jsonb",
        "created_at": "timestamptz", "updated_at": "timestamptz", "deleted_at": "timestamptz"
    }) }}
)

select
    id as organization_id,
    name as organization_name,
    nullif(external_id, '') as customer_source_id,
    lower(domain_names ->> 0) as domain,
    coalesce(tags, '[]') as tags,
    created_at,
    updated_at,
    deleted_at is not null as is_deleted
from source
