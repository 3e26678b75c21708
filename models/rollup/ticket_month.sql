-- One row per month and what tickets are cut by: what came, was answered, solved, reopened and rated, and what was open.
{{ config(materialized="live_table") }}

with stretches as (
    select
        stretches.stretch_number,
        stretches.opened_at,
        stretches.solved_at,
        {{ ticket_columns("tickets") }}
    from {{ ref("int_ticket_stretch") }} as stretches
    inner join {{ ref("fct_ticket") }} as tickets on stretches.ticket_id = tickets.ticket_id
),

happened as (
    select
        {{ month_of(local_date("happenings.at")) }} as month,
        happenings.kind,
        {{ ticket_columns("tickets") }}
    from {{ ref("fct_ticket") }} as tickets
    cross join lateral (values
        ('created', tickets.created_at),
        ('replied', tickets.first_replied_at),
        ('solved', tickets.solved_at),
        ('reopened', case when tickets.reopened_count > 0 then tickets.solved_at end),
        ('one_touch', case when tickets.reopened_count = 0 and tickets.replies_count <= 1 then tickets.solved_at end),
        ('offered', tickets.survey_offered_at),
        ('rated', case when tickets.is_satisfied is not null then tickets.survey_offered_at end),
        ('good', case when tickets.is_satisfied then tickets.survey_offered_at end)
    ) as happenings (kind, at)
    where happenings.at is not null
    union all
    select
        {{ month_of(local_date("happenings.at")) }},
        happenings.kind,
        {{ ticket_columns("stretches") }}
    from stretches
    cross join lateral (values
        ('solution', stretches.solved_at),
        ('reopening', case when stretches.stretch_number > 1 then stretches.opened_at end)
    ) as happenings (kind, at)
    where happenings.at is not null
    union all
    select
        months.month,
        'open',
        {{ ticket_columns("stretches") }}
    from stretches
    inner join {{ ref("dim_month") }} as months
        on stretches.opened_at < months.closes_at
        and (stretches.solved_at is null or stretches.solved_at >= months.closes_at)
),

final as (
    select
        months.month,
        months.is_complete,
        {{ ticket_columns("happened") }},
        count(*) filter (where happened.kind = 'created') as created_count,
        count(*) filter (where happened.kind = 'replied') as replied_count,
        count(*) filter (where happened.kind = 'solved') as solved_count,
        count(*) filter (where happened.kind = 'reopened') as reopened_count,
        count(*) filter (where happened.kind = 'one_touch') as one_touch_count,
        count(*) filter (where happened.kind = 'solution') as solutions_count,
        count(*) filter (where happened.kind = 'reopening') as reopenings_count,
        count(*) filter (where happened.kind = 'open') as open_count,
        count(*) filter (where happened.kind = 'offered') as surveys_count,
        count(*) filter (where happened.kind = 'rated') as rated_count,
        count(*) filter (where happened.kind = 'good') as good_count
    from happened
    inner join {{ ref("dim_month") }} as months on happened.month = months.month
    group by
        months.month, months.is_complete, {{ ticket_columns("happened") }}
)

select * from final
