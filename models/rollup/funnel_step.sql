-- One row per attempt at a funnel, way of counting and step: whether the attempt came so far.
{{ config(materialized="live_table") }}

with recursive attempts as (
    select * from {{ ref("funnel_attempt") }}
),

-- In order: each step at the first instant at or after the step before.
walked as (
    select attempt_id, step_number, started_at as reached_at, cast(null as timestamptz) as previous_at
    from attempts
    where step_number = 1
    union all
    select attempt_id, step_number, reached_at, previous_at
    from (
        select
            attempts.attempt_id,
            attempts.step_number,
            walked.reached_at as previous_at,
            (select min(each.at) from unnest(attempts.taken_at) as each (at) where each.at >= walked.reached_at)
                as reached_at
        from walked
        inner join attempts
            on walked.attempt_id = attempts.attempt_id and walked.step_number + 1 = attempts.step_number
    ) as next_steps
    where reached_at is not null
),

firsts as (
    select
        attempts.*,
        walked.reached_at,
        walked.previous_at,
        attempts.taken_at[1] as first_at,
        max(attempts.step_number) over (partition by attempts.funnel) as last_step,
        lag(attempts.taken_at[1]) over (partition by attempts.attempt_id order by attempts.step_number) as before_at,
        min(attempts.taken_at[1]) over (
            partition by attempts.attempt_id
            order by attempts.step_number rows between 1 following and unbounded following
        ) as later_at
    from attempts
    left join walked on attempts.attempt_id = walked.attempt_id and attempts.step_number = walked.step_number
),

-- Any order: this step and all before it, whenever. Strict: each first taken after the one before, none ahead of its turn.
judged as (
    select
        *,
        bool_and(first_at is not null) over up_to_here as has_all,
        bool_and(
            first_at is not null
            and coalesce(first_at >= before_at, true)
            and coalesce(later_at >= first_at, true)
        ) over up_to_here as is_strict
    from firsts
    window up_to_here as (partition by attempt_id order by step_number)
),

counted as (
    select
        judged.*,
        ways.variant,
        case ways.variant
            when 'in order' then judged.reached_at is not null
            when 'strict' then judged.is_strict
            when 'any order' then judged.has_all
            else judged.first_at is not null
        end as is_reached
    from judged
    cross join (values ('in order'), ('strict'), ('any order'), ('alone')) as ways (variant)
),

final as (
    select
        attempt_id,
        variant,
        funnel,
        step_number,
        step_number || ' ' || event_name as step,
        step_number = last_step as is_last,
        plan,
        country,
        started_date,
        {{ month_of("started_date") }} as month,
        {{ month_of("started_date") }} + interval '1 month' + (window_days - 1) * interval '1 day'
        < {{ first_open_day() }} as is_mature,
        case when is_reached then attempt_id end as reached_attempt_id,
        case when lag(is_reached) over (partition by attempt_id, variant order by step_number) then attempt_id end
            as previous_attempt_id,
        case
            when variant = 'in order' then round(extract(epoch from reached_at - previous_at) / 60.0, 2)
        end as minutes_since_previous
    from counted
)

select * from final
