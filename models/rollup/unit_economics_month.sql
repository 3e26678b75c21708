-- One row per month: what it costs to grow, as payback, magic number, Rule of 40 and burn multiple.
{{ config(materialized="live_table") }}

with revenue as (
    select month, sum(recognized_revenue_usd) as revenue_usd, sum(gross_profit_usd) as profit_usd
    from {{ ref("revenue_month") }}
    group by month
),

growth as (
    select
        month,
        sum(new_usd) as new_usd,
        sum(new_usd + reactivation_usd + expansion_usd - contraction_usd - churn_usd) as net_new_usd
    from {{ ref("mrr_month") }}
    group by month
),

spend as (
    select
        month,
        sum(spend_usd) as spend_usd,
        sum(spend_usd) filter (where department = '{{ var("sales_and_marketing_department") }}') as sales_spend_usd
    from {{ ref("spend_month") }}
    group by month
),

known as (
    select
        months.month,
        months.is_complete,
        case when months.is_complete then revenue.revenue_usd end as revenue_usd,
        revenue.profit_usd,
        growth.new_usd,
        case when months.is_complete then coalesce(growth.net_new_usd, 0) end as net_new_usd,
        spend.spend_usd,
        spend.sales_spend_usd,
        case when months.is_complete then cash.net_burn_usd end as net_burn_usd,
        acquisition.acquisition_spend_usd,
        acquisition.acquisition_note
    from {{ ref("dim_month") }} as months
    left join revenue on months.month = revenue.month
    left join growth on months.month = growth.month
    left join spend on months.month = spend.month
    left join {{ ref("cash_month") }} as cash on months.month = cash.month
    left join {{ ref("acquisition_month") }} as acquisition on months.month = acquisition.month
),

-- A sum of three months is known when all three are.
summed as (
    select
        *,
        case when count(revenue_usd) over three = 3 then sum(revenue_usd) over three end as revenue_3,
        case when count(spend_usd) over three = 3 then sum(spend_usd) over three end as spend_3,
        case when count(sales_spend_usd) over three = 3 then sum(sales_spend_usd) over three end as sales_spend_3,
        case when count(net_burn_usd) over three = 3 then sum(net_burn_usd) over three end as burn_3,
        case when count(net_new_usd) over three = 3 then sum(net_new_usd) over three end as net_new_3
    from known
    window three as (order by month rows between 2 preceding and current row)
),

placed as (
    select
        *,
        lag(revenue_3, 3) over by_month as revenue_quarter_ago,
        lag(sales_spend_3, 3) over by_month as sales_spend_quarter_ago,
        lag(revenue_3, 12) over by_month as revenue_year_ago
    from summed
    window by_month as (order by month)
),

final as (
    select
        month,
        is_complete,
        round(
            acquisition_spend_usd
            / nullif(greatest(coalesce(new_usd, 0) * profit_usd / nullif(greatest(revenue_usd, 0), 0), 0), 0), 2
        ) as cac_payback_months,
        case
            when acquisition_note is not null then acquisition_note
            when coalesce(new_usd, 0) <= 0 then 'no new customers'
            when profit_usd is null then 'the costs of the month have not come'
            when revenue_usd is null or revenue_usd <= 0 or profit_usd <= 0 then 'never: the gross margin is not above zero'
        end as cac_payback_note,
        round((revenue_3 - revenue_quarter_ago) * 4 / nullif(sales_spend_quarter_ago, 0), 4) as magic_number_lag_3_months,
        {{ why_not([
            ["not is_complete", "the month is still running"],
            ["revenue_3 is null or revenue_quarter_ago is null", "revenue is not known of six months"],
            ["sales_spend_quarter_ago is null", "sales and marketing costs of the quarter before are not known"],
            ["sales_spend_quarter_ago = 0", "nothing was spent on sales and marketing the quarter before"],
        ]) }} as magic_number_note,
        case
            when revenue_year_ago > 0 and revenue_3 > 0
                then round(revenue_3 / revenue_year_ago - 1 + (revenue_3 - spend_3) / revenue_3, 4)
        end as rule_of_40_operating_margin,
        {{ why_not([
            ["not is_complete", "the month is still running"],
            ["revenue_3 is null or revenue_year_ago is null", "revenue is not known of these three months and of those a year before"],
            ["spend_3 is null", "the costs of the three months have not come"],
            ["revenue_3 <= 0 or revenue_year_ago <= 0", "there was no revenue"],
        ]) }} as rule_of_40_note,
        case
            when burn_3 > 0 and net_new_3 > 0 then round(burn_3 / (12 * net_new_3), 4)
        end as burn_multiple_3_months,
        {{ why_not([
            ["not is_complete", "the month is still running"],
            ["burn_3 is null", "the net burn of three months is not known"],
            ["net_new_3 is null", "net new MRR of three months is not known"],
            ["burn_3 <= 0", "cash-generative"],
            ["net_new_3 <= 0", "recurring revenue did not grow"],
        ]) }} as burn_multiple_note
    from placed
)

select * from final
