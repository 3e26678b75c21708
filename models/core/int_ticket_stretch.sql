-- One row per stretch in which a ticket was not solved: from its coming, or its being opened again, to its solution.
with clocks as (
    select
        ticket_id,
        instance_number,
        min(happened_at) filter (where event_type = 'activate') as opened_at,
        min(happened_at) filter (where event_type = 'fulfill') as solved_at
    from {{ ref("stg_zendesk__ticket_metric_events") }}
    where metric = 'resolution_time' and happened_at < {{ as_of() }}
    group by ticket_id, instance_number
),

-- Of a ticket without clocks only the last solution is known.
final as (
    select
        tickets.ticket_id,
        coalesce(clocks.instance_number, 1) as stretch_number,
        case
            when coalesce(clocks.instance_number, 1) = 1 then tickets.created_at else clocks.opened_at
        end as opened_at,
        case when clocks.ticket_id is null then measured.solved_at else clocks.solved_at end as solved_at
    from {{ ref("stg_zendesk__tickets") }} as tickets
    left join clocks on tickets.ticket_id = clocks.ticket_id
    left join {{ ref("stg_zendesk__ticket_metrics") }} as measured on tickets.ticket_id = measured.ticket_id
    where tickets.created_at < {{ as_of() }}
)

select * from final
where opened_at is not null
