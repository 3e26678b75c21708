-- One row per comment on a ticket; what it says stays in the raw table.
with source as (
    {{ raw("zendesk", "ticket_comments", {
        "id": "bigint", "ticket_id": "bigint", "audit_id": "bigint", "author_id": "bigint",
        "channel": "text", "public": "boolean", "created_at": "timestamptz"
    }) }}
)

select
    id as comment_id,
    ticket_id,
    audit_id,
    author_id,
    channel,
    coalesce(public, true) as is_public,
    created_at
from source
