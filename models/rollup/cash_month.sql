-- One row per month: cash at its close, what was burnt in it, and how many months the cash lasts.
{{ config(materialized="live_table") }}

with closes as (
    select
        months.month,
        months.is_complete,
        case when count(*) = count(balances.balance_usd) then sum(balances.balance_usd) end as cash_usd,
        (array_agg(
            case
                when balances.balance is null then
                    'no bank balance of ' || balances.bank_account || ' since ' || balances.balance_date
                else 'no exchange rate of ' || upper(balances.currency)
            end
            order by balances.balance_date, balances.bank_account
        ) filter (where balances.balance_usd is null))[1] as cash_note
    from {{ ref("dim_month") }} as months
    inner join {{ ref("fct_cash_balance") }} as balances on months.last_day = balances.day
    group by months.month, months.is_complete
),

burnt as (
    select
        *,
        lag(cash_usd) over (order by month) - cash_usd as net_burn_usd,
        coalesce(cash_note, lag(cash_note) over (order by month)) as gap_note,
        row_number() over (order by month) = 1 as is_first
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
        end as burn_months_count,
        case when is_complete then max(gap_note) over last_three else max(gap_note) over three_before end
            as burn_gap_note
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
        cash_note,
        net_burn_usd,
        case when net_burn_usd is null then coalesce(gap_note, case when is_first then 'no earlier balance' end) end
            as net_burn_note,
        case when burn_months_count = 3 then round(mean_net_burn_usd, 2) end as mean_net_burn_usd,
        case when burn_months_count = 3 and mean_net_burn_usd > 0 then round(cash_usd / mean_net_burn_usd, 2) end
            as runway_months,
        case
            when cash_note is not null then cash_note
            when burn_months_count < 3 and burn_gap_note is not null then burn_gap_note
            when burn_months_count < 3 then 'fewer than three complete months'
            when mean_net_burn_usd <= 0 then 'cash-generative'
        end as runway_note
    from averaged
)

select * from final
