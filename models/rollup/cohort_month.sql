-- One row per cohort month, age in whole months and country: customers and MRR that a cohort began with, and what is left.
{{ config(materialized="live_table") }}

with months as (
    select month, cast(extract(year from month) * 12 + extract(month from month) as integer) as number
    from {{ ref("dim_month") }}
    where is_complete
),

lives as (
    select * from {{ ref("customer_life") }}
),

begun as (
    select cohort_month, country, count(*) as base_customers_count, sum(first_mrr_usd) as base_mrr_usd
    from lives
    group by cohort_month, country
),

grid as (
    select
        begun.*,
        months.month,
        months.number - firsts.number as age
    from begun
    inner join months as firsts on begun.cohort_month = firsts.month
    inner join months on begun.cohort_month <= months.month
),

-- Who came back is kept again, at the rate at which the cohort's month opened, so that rates keep or lose nobody.
held as (
    select
        lives.cohort_month,
        lives.country,
        closes.month,
        closes.customer_id,
        sum(closes.closing_minor * rates.units_per_minor * rates.opening_rate) as kept_usd,
        sum(closes.closing_mrr_usd) as mrr_usd
    from {{ ref("mrr_customer_month") }} as closes
    inner join lives on closes.customer_id = lives.customer_id
    inner join {{ ref("dim_month_rate") }} as rates
        on lives.cohort_month = rates.month and closes.currency = rates.currency
    where closes.closing_minor > 0 and closes.is_complete
    group by lives.cohort_month, lives.country, closes.month, closes.customer_id
),

kept as (
    select
        cohort_month,
        country,
        month,
        count(*) as kept_customers_count,
        round(sum(kept_usd), 2) as kept_mrr_usd,
        sum(mrr_usd) as closing_mrr_usd
    from held
    group by cohort_month, country, month
),

lost as (
    select
        cohort_month,
        country,
        cast(cohort_month + months_count * interval '1 month' as date) as month,
        count(*) as lost_count
    from lives
    where is_lost
    group by cohort_month, country, months_count
),

final as (
    select
        grid.cohort_month,
        grid.age,
        grid.month,
        true as is_complete,
        grid.country,
        {{ region_of("grid.country") }} as region,
        grid.base_customers_count,
        coalesce(kept.kept_customers_count, 0) as kept_customers_count,
        grid.base_mrr_usd,
        coalesce(kept.kept_mrr_usd, 0) as kept_mrr_usd,
        coalesce(kept.closing_mrr_usd, 0) as closing_mrr_usd,
        grid.base_customers_count - coalesce(sum(lost.lost_count) over (
            partition by grid.cohort_month, grid.country order by grid.age
            rows between unbounded preceding and 1 preceding
        ), 0) as at_risk_count,
        coalesce(lost.lost_count, 0) as lost_count
    from grid
    left join kept
        on grid.cohort_month = kept.cohort_month and grid.country = kept.country and grid.month = kept.month
    left join lost
        on grid.cohort_month = lost.cohort_month and grid.country = lost.country and grid.month = lost.month
)

select * from final
