-- One row per month, what happened and ticket (each time that it did): came, was answered, solved, reopened, rated, or open.
{{ config(materialized="live_table", indexes=[{"columns": ["month", "list"]}]) }}

with tickets as (
    select * from {{ ref("fct_ticket") }}
),

stretches as (
    select
        stretches.ticket_id,
        stretches.stretch_number,
        stretches.opened_at,
        stretches.solved_at
    from {{ ref("int_ticket_stretch") }} as stretches
    inner join tickets on stretches.ticket_id = tickets.ticket_id
),

listed as (
    select {{ month_of(local_date("happenings.at")) }} as month, happenings.list, tickets.ticket_id, happenings.at
    from tickets
    cross join lateral (values
        ('created', tickets.created_at),
        ('replied', tickets.first_replied_at),
        ('solved', tickets.solved_at),
        ('solved_reopened', case when tickets.reopened_count > 0 then tickets.solved_at end),
        ('one_touch', case when tickets.reopened_count = 0 and tickets.replies_count <= 1 then tickets.solved_at end),
        ('offered', tickets.survey_offered_at),
        ('rated', case when tickets.is_satisfied is not null then tickets.survey_offered_at end),
        ('good', case when tickets.is_satisfied then tickets.survey_offered_at end)
    ) as happenings (list, at)
    where happenings.at is not null
    union all
    select {{ month_of(local_date("happenings.at")) }}, happenings.list, stretches.ticket_id, happenings.at
    from stretches
    cross join lateral (values
        ('solution', stretches.solved_at),
        ('reopening', case when stretches.stretch_number > 1 then stretches.opened_at end)
    ) as happenings (list, at)
    where happenings.at is not null
    union all
    select months.month, 'open', stretches.ticket_id, stretches.opened_at
    from stretches
    inner join {{ ref("dim_month") }} as months
        on stretches.opened_at < months.closes_at
        and (stretches.solved_at is null or stretches.solved_at >= months.closes_at)
),

final as (
    select
        listed.month,
        months.is_complete,
        listed.list,
        listed.ticket_id as record_id,
        'zendesk' as source,
        {{ local_date("listed.at") }} as listed_date,
        tickets.customer_id,
        tickets.status,
        {{ ticket_columns("tickets") }}
    from listed
    inner join {{ ref("dim_month") }} as months on listed.month = months.month
    inner join tickets on listed.ticket_id = tickets.ticket_id
)

select * from final
