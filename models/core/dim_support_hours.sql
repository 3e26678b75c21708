-- One row per stretch of support's office hours, those that touch or overlap joined.
{{ config(materialized="table", meta={"reference": true}, indexes=[{"columns": ["opens_at"], "unique": true}]) }}

with told as (
    select * from {{ ref("stg_files__support_hours") }}
),

hours as (
    select
        weekday_number,
        single_date,
        opens_after,
        closes_after,
        coalesce(time_zone, '{{ var("reporting_timezone") }}') as time_zone
    from told
    union all
    select
        weekday.number,
        null,
        interval '{{ var("support_opens") }}',
        interval '{{ var("support_closes") }}',
        '{{ var("reporting_timezone") }}'
    from generate_series(1, 5) as weekday (number)
    where not exists (select 1 from told where told.weekday_number is not null)
),

-- A day more on either side, since the zones of the hours need not be that of the reports.
days as (
    select cast(series.day as date) as day
    from generate_series(
        (
            select date_trunc('day', min(tickets.created_at at time zone 'UTC'))
            from {{ ref("stg_zendesk__tickets") }} as tickets
        ) - interval '1 day',
        cast({{ as_of_day() }} + 1 as timestamp),
        interval '1 day'
    ) as series (day)
),

stretches as (
    select
        (days.day + hours.opens_after) at time zone hours.time_zone as opens_at,
        (days.day + hours.closes_after) at time zone hours.time_zone as closes_at
    from days
    inner join hours
        on days.day = hours.single_date
        or (
            extract(isodow from days.day) = hours.weekday_number
            and days.day not in (select told.single_date from told where told.single_date is not null)
        )
),

joined as (
    select unnest(range_agg(tstzrange(opens_at, closes_at))) as stretch from stretches
    where opens_at < closes_at
),

final as (
    select
        lower(stretch) as opens_at,
        upper(stretch) as closes_at,
        cast(coalesce(
            sum(extract(epoch from upper(stretch) - lower(stretch)))
                over (order by lower(stretch) rows between unbounded preceding and 1 preceding),
            0
        ) as bigint) as worked_before_seconds
    from joined
)

select * from final
