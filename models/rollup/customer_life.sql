-- One row per customer whose first month with MRR is over: how many month ends in a row it had MRR, and whether that ended.
{{ config(materialized="sliced_live_table") }}

with closes as (
    select
        customer_id,
        country,
        month,
        min(month) over (partition by customer_id) as cohort_month,
        bool_or(closing_minor > 0) as is_active,
        sum(new_usd) as new_usd
    from {{ ref("mrr_customer_month") }}
    where is_complete
    group by customer_id, country, month
),

active as (
    select customer_id, month, row_number() over (partition by customer_id order by month) as number
    from closes
    where is_active
),

-- The first month ends without a gap: the n-th with MRR is n − 1 months after the cohort's.
lasted as (
    select firsts.customer_id, count(active.month) as months_count
    from (select distinct customer_id, cohort_month from closes) as firsts
    inner join active
        on firsts.customer_id = active.customer_id
        and active.month = cast(firsts.cohort_month + (active.number - 1) * interval '1 month' as date)
    group by firsts.customer_id
),

newest as (
    select max(month) as month from {{ ref("dim_month") }}
    where is_complete
),

final as (
    select
        closes.customer_id,
        closes.country,
        closes.cohort_month,
        closes.new_usd as first_mrr_usd,
        coalesce(lasted.months_count, 0) as months_count,
        cast(closes.cohort_month + coalesce(lasted.months_count, 0) * interval '1 month' as date) <= newest.month
            as is_lost
    from closes
    cross join newest
    left join lasted on closes.customer_id = lasted.customer_id
    where closes.month = closes.cohort_month
)

select * from final
