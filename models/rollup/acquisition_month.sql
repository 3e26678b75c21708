-- One row per month: the sales and marketing spend that its new customers were won with, a sales cycle earlier.
{{ config(materialized="live_table") }}

with spend as (
    select
        month,
        sum(spend_usd) as spend_usd,
        coalesce(sum(spend_usd) filter (where category = '{{ var("advertising_category") }}'), 0) as paid_spend_usd
    from {{ ref("spend_month") }}
    where department = '{{ var("sales_and_marketing_department") }}'
    group by month
),

final as (
    select
        months.month,
        months.is_complete,
        lags.won_deals_count,
        lags.cycle_days,
        lags.lag_months,
        cast(months.month - lags.lag_months * interval '1 month' as date) as spend_month,
        case when months.is_complete then spend.spend_usd end as acquisition_spend_usd,
        case when months.is_complete then spend.paid_spend_usd end as paid_acquisition_spend_usd,
        case
            when not months.is_complete then 'the month is still running'
            when lags.month is null then 'no deal was won in twelve months: the sales cycle is not known'
            when spend.month is null
                then 'no sales and marketing costs are known of '
                    || to_char(months.month - lags.lag_months * interval '1 month', 'YYYY-MM')
        end as acquisition_note
    from {{ ref("dim_month") }} as months
    left join {{ ref("sales_lag_month") }} as lags on months.month = lags.month
    left join spend on spend.month = cast(months.month - lags.lag_months * interval '1 month' as date)
)

select * from final
