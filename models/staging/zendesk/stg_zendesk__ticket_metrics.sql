-- One row per ticket: how long it took, in calendar and business minutes, as Zendesk measured it.
with source as (
    {{ raw("zendesk", "ticket_metrics", {
        "id": "bigint", "ticket_id": "bigint", "reopens": "integer", "replies": "integer",
        "reply_time_in_minutes": "jsonb", "first_resolution_time_in_minutes": "jsonb",
        "full_resolution_time_in_minutes": "jsonb", "requester_wait_time_in_minutes": "jsonb",
        "agent_wait_time_in_minutes": "jsonb", "on_hold_time_in_minutes": "jsonb",
        "initially_assigned_at": "timestamptz", "assigned_at": "timestamptz",
        "status_updated_at": "timestamptz", "solved_at": "timestamptz", "updated_at": "timestamptz"
    }) }}
)

select
    id as ticket_metric_id,
    ticket_id,
    replies as replies_count,
    reopens as reopens_count,
    cast(reply_time_in_minutes ->> 'calendar' as integer) as first_reply_minutes,
    cast(reply_time_in_minutes ->> 'business' as integer) as first_reply_business_minutes,
    cast(first_resolution_time_in_minutes ->> 'calendar' as integer) as first_resolution_minutes,
    cast(first_resolution_time_in_minutes ->> 'business' as integer) as first_resolution_business_minutes,
    cast(full_resolution_time_in_minutes ->> 'calendar' as integer) as full_resolution_minutes,
    cast(full_resolution_time_in_minutes ->> 'business' as integer) as full_resolution_business_minutes,
    cast(requester_wait_time_in_minutes ->> 'calendar' as integer) as requester_wait_minutes,
    cast(requester_wait_time_in_minutes ->> 'business' as integer) as requester_wait_business_minutes,
    cast(agent_wait_time_in_minutes ->> 'calendar' as integer) as agent_wait_minutes,
    cast(agent_wait_time_in_minutes ->> 'business' as integer) as agent_wait_business_minutes,
    cast(on_hold_time_in_minutes ->> 'calendar' as integer) as on_hold_minutes,
    cast(on_hold_time_in_minutes ->> 'business' as integer) as on_hold_business_minutes,
    initially_assigned_at,
    assigned_at,
    status_updated_at,
    solved_at,
    updated_at
from source
