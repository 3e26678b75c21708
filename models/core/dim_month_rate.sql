-- One row per month and currency: the rate at which the month closes and the one at which it opened.
{{ config(materialized="table", meta={"reference": true}) }}

with months as (
    select * from {{ ref("dim_month") }}
),

rates as (
    select * from {{ ref("dim_exchange_rate") }}
),

final as (
    select
        months.month,
        closing.currency,
        closing.units_per_minor,
        closing.usd_per_unit as closing_rate,
        opening.usd_per_unit as opening_rate
    from months
    inner join rates as closing on months.last_day = closing.day
    inner join rates as opening on closing.currency = opening.currency and months.month - 1 = opening.day
)

select * from final
