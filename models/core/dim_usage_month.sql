-- One row per local month that closes with 28 days of which use is known.
{{ config(materialized="table", meta={"reference": true}) }}

with bounds as materialized (
    select min(event_date) as first_day from {{ ref("fct_product_event") }}
),

months as (
    select {{ month_of("series.day") }} as month, bounds.first_day
    from bounds
    cross join lateral generate_series(
        cast({{ month_of("bounds.first_day") }} as timestamp),
        cast({{ month_of(first_open_day()) }} as timestamp),
        interval '1 month'
    ) as series (day)
),

closes as (
    select
        month,
        first_day,
        cast(month + interval '1 month' as date) <= {{ first_open_day() }} as is_complete,
        least(cast(month + interval '1 month' as date), {{ first_open_day() }}) - 1 as close_day
    from months
),

final as (
    select
        month,
        is_complete,
        close_day,
        close_day - 27 as window_from_day,
        {{ local_midnight("close_day + 1") }} as closes_at,
        close_day + 28 < {{ first_open_day() }} as is_followed
    from closes
    where close_day >= month and close_day - 27 >= first_day
)

select * from final
