-- One row per month and country: MRR of those who paid 12 months ago, then and now, at the rate of then.
{{ config(materialized="live_table") }}

with closes as (
    select month, customer_id, currency, country, sum(closing_minor) as closing_minor
    from {{ ref("mrr_customer_month") }}
    where closing_minor > 0
    group by month, customer_id, currency, country
),

rates as (
    select month, currency, closing_rate * units_per_minor as usd_per_minor from {{ ref("dim_month_rate") }}
),

-- A close is what a customer pays now, and what it will have paid then, twelve months on.
legs as (
    select
        cast(closes.month + interval '12 months' as date) as month,
        closes.customer_id,
        closes.country,
        closes.closing_minor * rates.usd_per_minor as base_usd,
        0 as retained_usd
    from closes
    inner join rates on closes.month = rates.month and closes.currency = rates.currency
    union all
    select
        closes.month,
        closes.customer_id,
        closes.country,
        0,
        closes.closing_minor * rates.usd_per_minor
    from closes
    inner join rates
        on cast(closes.month - interval '12 months' as date) = rates.month and closes.currency = rates.currency
),

customers as (
    select
        month,
        customer_id,
        country,
        sum(base_usd) as base_usd,
        sum(retained_usd) as retained_usd
    from legs
    group by month, customer_id, country
    having sum(base_usd) > 0
),

final as (
    select
        months.month,
        months.is_complete,
        customers.country,
        round(sum(customers.base_usd), 2) as nrr_base_usd,
        round(sum(customers.retained_usd), 2) as nrr_retained_usd,
        round(sum(least(customers.base_usd, customers.retained_usd)), 2) as grr_retained_usd
    from customers
    inner join {{ ref("dim_month") }} as months on customers.month = months.month
    group by months.month, months.is_complete, customers.country
)

select * from final
