-- One row per survey of a requester's satisfaction with a ticket.
with source as (
    {{ raw("zendesk", "satisfaction_ratings", {
        "id": "bigint", "ticket_id": "bigint", "requester_id": "bigint", "assignee_id": "bigint",
        "group_id": "bigint", "score": "text", "comment": "text", "reason": "text",
        "created_at": "timestamptz", "updated_at": "timestamptz"
    }) }}
)

select
    id as satisfaction_rating_id,
    ticket_id,
    requester_id,
    assignee_id,
    group_id,
    score,
    score like 'good%' as is_good,
    score like 'bad%' as is_bad,
    coalesce(comment, '') <> '' as has_comment,
    reason,
    created_at as offered_at,
    case when score like 'good%' or score like 'bad%' then updated_at end as rated_at
from source
