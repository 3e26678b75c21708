-- One row per event of a ticket's clocks: started, stopped, measured, late.
with source as (
    {{ raw("zendesk", "ticket_metric_events", {
        "id": "bigint", "ticket_id": "bigint", "metric": "text", "instance_id": "integer", "type": "text",
        "time": "timestamptz", "status": "jsonb", "sla": "jsonb"
    }) }}
)

select
    id as ticket_metric_event_id,
    ticket_id,
    metric,
    instance_id as instance_number,
    type as event_type,
    time as happened_at,
    cast(status ->> 'calendar' as integer) as calendar_minutes,
    cast(status ->> 'business' as integer) as business_minutes,
    cast(sla ->> 'target' as integer) as sla_target_minutes,
    cast(sla ->> 'business_hours' as boolean) as is_sla_in_business_hours,
    sla -> 'policy' ->> 'title' as sla_policy_name
from source
