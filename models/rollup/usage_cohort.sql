-- One row per kind (users or accounts), period (week or month), cohort, age, plan and country: who came again.
{{ config(materialized="live_table") }}

with days as (
    select * from {{ ref("user_day") }}
),

-- Of who was there before a tracker looked, nobody knows when they first came.
trackers as (
    select tracker, min(day) as first_day from days
    group by tracker
),

seen as (
    select 'users' as who, days.user_id as who_id, days.plan, days.country, days.day
    from days
    inner join trackers on days.tracker = trackers.tracker and days.user_created_date >= trackers.first_day
    union all
    select 'accounts', days.account_id, days.plan, days.country, days.day
    from days
    inner join trackers on days.tracker = trackers.tracker and days.account_created_date >= trackers.first_day
),

periods as (
    select distinct
        seen.who, period.name as period, seen.who_id, seen.plan, seen.country,
        cast(date_trunc(period.name, cast(seen.day as timestamp)) as date) as period_start
    from seen
    cross join (values ('week'), ('month')) as period (name)
),

begun as (
    select *, min(period_start) over (partition by who, period, who_id) as cohort_start from periods
),

came as (
    select
        who, period, cohort_start, plan, country,
        case period
            when 'week' then (period_start - cohort_start) / 7
            else
                cast(extract(year from age(period_start, cohort_start)) as integer) * 12
                + cast(extract(month from age(period_start, cohort_start)) as integer)
        end as age,
        count(*) as kept_count
    from begun
    group by 1, 2, 3, 4, 5, 6
),

bases as (
    select who, period, cohort_start, plan, country, kept_count as base_count from came
    where age = 0
),

-- Every age there can be, so that an age at which nobody came is a zero and not a gap.
grid as (
    select
        bases.*,
        ages.age
    from bases
    cross join lateral generate_series(
        0,
        case bases.period
            when 'week' then ({{ first_open_day() }} - bases.cohort_start) / 7
            else
                cast(extract(year from age({{ first_open_day() }}, bases.cohort_start)) as integer) * 12
                + cast(extract(month from age({{ first_open_day() }}, bases.cohort_start)) as integer)
        end
    ) as ages (age)
),

final as (
    select
        grid.who,
        grid.period,
        grid.cohort_start,
        grid.age,
        grid.plan,
        grid.country,
        grid.base_count,
        coalesce(came.kept_count, 0) as kept_count
    from grid
    left join came
        on grid.who = came.who
        and grid.period = came.period
        and grid.cohort_start = came.cohort_start
        and grid.age = came.age
        and grid.plan = came.plan
        and grid.country = came.country
)

select * from final
