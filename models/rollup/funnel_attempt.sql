-- One row per attempt at a funnel and step of it: when the step was taken within the attempt, and how often.
{{ config(materialized="live_table") }}

with funnels as (
    select * from {{ ref("stg_files__funnels") }}
),

events as materialized (
    select tracker, user_id, account_id, plan, country, account_created_date, event_name, occurred_at
    from {{ ref("fct_product_event") }}
    where event_name in (select funnels.event_name from funnels)
),

-- When an account that was there before its tracker signed up is not known; its next colleague's sign-up is not that.
trackers as materialized (
    select tracker, min(event_date) as first_day from {{ ref("fct_product_event") }}
    group by tracker
),

steps as (
    select
        funnels.*,
        events.plan,
        events.country,
        events.occurred_at,
        case when funnels.counts_what = 'accounts' then events.account_id else events.user_id end as who_id
    from funnels
    inner join events on funnels.event_name = events.event_name
    inner join trackers on events.tracker = trackers.tracker
    where funnels.counts_what = 'attempts' or events.account_created_date >= trackers.first_day
),

begun as (
    select
        funnel,
        who_id,
        plan,
        country,
        occurred_at as started_at,
        occurred_at + window_days * interval '24 hours' as window_ends_at,
        window_days,
        counts_what,
        row_number() over (partition by funnel, who_id order by occurred_at) as number,
        lead(occurred_at) over (partition by funnel, who_id order by occurred_at) as next_started_at
    from steps
    where step_number = 1
),

attempts as (
    select
        funnel || ' ' || who_id || ' ' || number as attempt_id,
        funnel,
        who_id,
        plan,
        country,
        started_at,
        {{ local_date("started_at") }} as started_date,
        window_days,
        case
            when counts_what = 'attempts' then least(window_ends_at, coalesce(next_started_at, window_ends_at))
            else window_ends_at
        end as ends_at
    from begun
    where counts_what = 'attempts' or number = 1
),

taken as (
    select attempts.attempt_id, steps.step_number, array_agg(steps.occurred_at order by steps.occurred_at) as taken_at
    from attempts
    inner join steps
        on attempts.funnel = steps.funnel
        and attempts.who_id = steps.who_id
        and steps.occurred_at >= attempts.started_at
        and steps.occurred_at < attempts.ends_at
    where steps.step_number > 1
    group by attempts.attempt_id, steps.step_number
),

final as (
    select
        attempts.attempt_id,
        attempts.funnel,
        attempts.plan,
        attempts.country,
        attempts.started_at,
        attempts.started_date,
        attempts.window_days,
        funnels.step_number,
        funnels.event_name,
        case when funnels.step_number = 1 then array[attempts.started_at] else taken.taken_at end as taken_at
    from attempts
    inner join funnels on attempts.funnel = funnels.funnel
    left join taken on attempts.attempt_id = taken.attempt_id and funnels.step_number = taken.step_number
)

select * from final
