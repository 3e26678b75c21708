-- One row per month and country: MRR of those who paid 12 months ago, then and now, at the rate of then.
{{ config(materialized="table") }}

with months as (
    select month, is_complete, cast(month - interval '12 months' as date) as base_month from {{ ref("dim_month") }}
),

closes as (
    select month, customer_id, currency, country, sum(closing_minor) as closing_minor
    from {{ ref("mrr_customer_month") }}
    where closing_minor > 0
    group by month, customer_id, currency, country
),

rates as (
    select month, currency, closing_rate * units_per_minor as usd_per_minor from {{ ref("dim_month_rate") }}
),

base as (
    select
        months.month,
        closes.customer_id,
        min(closes.country) as country,
        sum(closes.closing_minor * rates.usd_per_minor) as base_usd
    from months
    inner join closes on months.base_month = closes.month
    inner join rates on closes.month = rates.month and closes.currency = rates.currency
    group by months.month, closes.customer_id
),

retained as (
    select months.month, closes.customer_id, sum(closes.closing_minor * rates.usd_per_minor) as retained_usd
    from months
    inner join closes on months.month = closes.month
    inner join rates on months.base_month = rates.month and closes.currency = rates.currency
    group by months.month, closes.customer_id
),

final as (
    select
        months.month,
        months.is_complete,
        base.country,
        round(sum(base.base_usd), 2) as nrr_base_usd,
        round(sum(coalesce(retained.retained_usd, 0)), 2) as nrr_retained_usd,
        round(sum(least(base.base_usd, coalesce(retained.retained_usd, 0))), 2) as grr_retained_usd
    from months
    inner join base on months.month = base.month
    left join retained on base.month = retained.month and base.customer_id = retained.customer_id
    group by months.month, months.is_complete, base.country
)

select * from final
