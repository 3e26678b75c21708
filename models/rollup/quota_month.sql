-- One row per month and person: what was won to their credit, and what they were meant to win.
{{ config(materialized="live_table") }}

with credits as (
    select close_month as month, rep, sum(credited_usd) as credited_usd
    from {{ ref("fct_booking_credit") }}
    group by close_month, rep
),

quotas as (
    select month, quarter, rep, sum(quota_usd) as quota_usd from {{ ref("fct_quota_month") }}
    group by month, quarter, rep
),

people as (
    select rep from credits
    union
    select rep from quotas
),

monthly as (
    select
        months.month,
        months.is_complete,
        cast(date_trunc('quarter', cast(months.month as timestamp)) as date) as quarter,
        people.rep,
        coalesce(credits.credited_usd, 0) as credited_usd,
        quotas.quota_usd
    from {{ ref("dim_month") }} as months
    cross join people
    left join credits on months.month = credits.month and people.rep = credits.rep
    left join quotas on months.month = quotas.month and people.rep = quotas.rep
),

of_quarters as (
    select quarter, rep, sum(quota_usd) as quota_usd from quotas
    group by quarter, rep
),

final as (
    select
        monthly.month,
        monthly.is_complete,
        monthly.rep,
        monthly.credited_usd,
        coalesce(monthly.quota_usd, 0) as quota_usd,
        case when monthly.quota_usd is null then 0 else monthly.credited_usd end as credited_to_quota_usd,
        coalesce(of_quarters.quota_usd, 0) as quarter_quota_usd,
        sum(case when monthly.quota_usd is null then 0 else monthly.credited_usd end) over (
            partition by monthly.rep, monthly.quarter order by monthly.month
        ) as quarter_credited_usd
    from monthly
    left join of_quarters on monthly.quarter = of_quarters.quarter and monthly.rep = of_quarters.rep
)

select * from final
where credited_usd <> 0 or quota_usd <> 0 or quarter_quota_usd <> 0
