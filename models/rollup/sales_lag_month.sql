-- One row per month: the median sales cycle of the new business won in the twelve months up to it.
{{ config(materialized="live_table") }}

with won as (
    select
        close_month,
        greatest(close_date - {{ local_date("created_at") }}, 0) as cycle_days
    from {{ ref("fct_opportunity") }}
    where is_won and deal_type = 'New Business'
),

final as (
    select
        months.month,
        count(*) as won_deals_count,
        cast(percentile_cont(0.5) within group (order by won.cycle_days) as numeric) as cycle_days,
        -- A month is 30.4375 days, a twelfth of a year.
        cast(round(cast(percentile_cont(0.5) within group (order by won.cycle_days) as numeric) / 30.4375) as integer)
            as lag_months
    from {{ ref("dim_month") }} as months
    inner join won
        on won.close_month <= months.month and won.close_month > cast(months.month - interval '12 months' as date)
    group by months.month
)

select * from final
