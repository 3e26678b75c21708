-- One row per ticket as it stands now, deleted ones included.
with source as (
    {{ raw("zendesk", "tickets", {
        "id": "bigint", "status": "text", "priority": "text", "type": "text", "channel": "text",
        "requester_id": "bigint", "assignee_id": "bigint", "organization_id": "bigint",
        "group_id": "bigint", "ticket_form_id": "bigint", "tags": "jsonb", "satisfaction_rating": "jsonb",
        "created_at": "timestamptz", "updated_at": "timestamptz", "generated_timestamp": "bigint"
    }) }}
)

select
    id as ticket_id,
    status,
    priority,
    type as ticket_type,
    channel,
    requester_id,
    assignee_id,
    organization_id,
    group_id,
    ticket_form_id,
    coalesce(tags, '[]') as tags,
    satisfaction_rating ->> 'score' as satisfaction_score,
    coalesce(tags, '[]') ? 'closed_by_merge' as is_merged,
    status = 'deleted' as is_deleted,
    created_at,
    updated_at,
    to_timestamp(generated_timestamp) as changed_at
from source
