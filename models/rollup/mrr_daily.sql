-- One row per complete local day: MRR at its close.
{{ config(materialized="live_table") }}

with spans as (
    select * from {{ ref("mrr_daily_change") }}
),

bounds as (
    select min(day) as first_day, {{ first_open_day() }} - 1 as last_day from spans
),

days as (
    select spans.currency, spans.mrr_minor, cast(series.day as date) as day
    from spans
    cross join bounds
    cross join lateral generate_series(
        cast(spans.day as timestamp), cast(least(spans.next_day - 1, bounds.last_day) as timestamp), interval '1 day'
    ) as series (day)
),

final as (
    select
        days.day,
        sum({{ minor_to_usd("days.mrr_minor", "rates.units_per_minor", "rates.usd_per_unit") }}) as mrr_usd
    from days
    inner join {{ ref("dim_exchange_rate") }} as rates on days.currency = rates.currency and days.day = rates.day
    group by days.day
)

select * from final
