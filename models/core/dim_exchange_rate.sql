-- One row per currency and local day: the latest known rate on or before the day, else the first known one.
{{ config(materialized="table", meta={"reference": true}) }}

with rates as (
    select distinct on (currency, rate_date)
        currency,
        rate_date,
        usd_per_unit
    from {{ ref("stg_files__exchange_rates") }}
    where usd_per_unit is not null and currency <> 'usd'
    order by currency, rate_date, usd_per_unit
),

spans as (
    select
        currency,
        usd_per_unit,
        case
            when lag(rate_date) over (partition by currency order by rate_date) is null then date '1970-01-01'
            else rate_date
        end as first_day,
        lead(rate_date) over (partition by currency order by rate_date) as next_day
    from rates
    union all
    select 'usd', 1, date '1970-01-01', null
),

bounds as (
    select
        least(min(month) - 31, cast(date_trunc('year', cast({{ as_of_day() }} as timestamp)) as date)) as first_day,
        {{ as_of_day() }} as last_day
    from {{ ref("dim_month") }}
),

final as (
    select
        spans.currency,
        cast(series.day as date) as day,
        spans.usd_per_unit,
        power(10::numeric, -({{ minor_exponent("spans.currency") }})) as units_per_minor
    from spans
    cross join bounds
    cross join lateral generate_series(
        cast(greatest(spans.first_day, bounds.first_day) as timestamp),
        cast(least(spans.next_day - 1, bounds.last_day) as timestamp),
        interval '1 day'
    ) as series (day)
)

select * from final
