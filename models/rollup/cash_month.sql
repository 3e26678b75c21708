-- One row per month: cash at its close, what was burnt in it, and how many months the cash lasts.
{{ config(materialized="live_table") }}

with closes as (
    select months.month, months.is_complete, sum(balances.balance_usd) as cash_usd
    from {{ ref("dim_month") }} as months
    inner join {{ ref("fct_cash_balance") }} as balances on months.last_day = balances.day
    group by months.month, months.is_complete
),

burnt as (
    select
        *,
        lag(cash_usd) over (order by month) - cash_usd as net_burn_usd
    from closes
),

-- A running month is judged by the three complete ones before it.
averaged as (
    select
        *,
        case
            when is_complete then avg(net_burn_usd) over last_three
            else avg(net_burn_usd) over three_before
        end as mean_net_burn_usd,
        case
            when is_complete then count(net_burn_usd) over last_three
            else count(net_burn_usd) over three_before
        end as burn_months_count
    from burnt
    window
        last_three as (order by month rows between 2 preceding and current row),
        three_before as (order by month rows between 3 preceding and 1 preceding)
),

final as (
    select
        month,
        is_complete,
        cash_usd,
        net_burn_usd,
        case when burn_months_count = 3 then round(mean_net_burn_usd, 2) end as mean_net_burn_usd,
        case when burn_months_count = 3 and mean_net_burn_usd > 0 then round(cash_usd / mean_net_burn_usd, 2) end
            as runway_months,
        case
            when burn_months_count < 3 then 'fewer than three complete months'
            when mean_net_burn_usd <= 0 then 'cash-generative'
        end as runway_note
    from averaged
)

select * from final
