-- One row per month and line of the budget, or of what was spent without one: budget, actual and what lies between.
{{ config(materialized="live_table") }}

with planned as (
    select months.month, budget.budget_line, sum(round(budget.amount * rates.closing_rate, 2)) as budget_usd
    from {{ ref("stg_files__budget") }} as budget
    inner join {{ ref("dim_month") }} as months on {{ month_of("budget.month") }} = months.month
    inner join {{ ref("dim_month_rate") }} as rates
        on months.month = rates.month and budget.currency = rates.currency
    group by months.month, budget.budget_line
),

costed as (
    select month, department, sum(spend_usd) as spend_usd from {{ ref("spend_month") }}
    group by month, department
),

measured as (
    select month, 'ARR' as budget_line, 12 * sum(closing_mrr_usd) as actual_usd from {{ ref("mrr_month") }}
    group by month
    union all
    select month, 'Revenue', sum(recognized_revenue_usd) from {{ ref("revenue_month") }}
    group by month
    union all
    select month, department, spend_usd from costed
),

paired as (
    select
        coalesce(planned.month, measured.month) as month,
        coalesce(planned.budget_line, measured.budget_line) as budget_line,
        planned.budget_usd,
        measured.actual_usd
    from planned
    full join measured on planned.month = measured.month and planned.budget_line = measured.budget_line
),

judged as (
    select
        paired.month,
        months.is_complete,
        paired.budget_line,
        case when paired.budget_line in ('ARR', 'Revenue') then lower(paired.budget_line) else 'spend' end as kind,
        -- What is spent without a budget was budgeted at nothing; ARR and revenue without one have none.
        case
            when paired.budget_line not in ('ARR', 'Revenue') and budgeted.month is not null
                then coalesce(paired.budget_usd, 0)
            else paired.budget_usd
        end as budget_usd,
        -- A part of a month is not set beside the budget of a whole one; costs come once the month is over.
        case
            when not months.is_complete then null
            when paired.budget_line not in ('ARR', 'Revenue') and booked.month is not null
                then coalesce(paired.actual_usd, 0)
            else paired.actual_usd
        end as actual_usd
    from paired
    inner join {{ ref("dim_month") }} as months on paired.month = months.month
    left join (select distinct month from costed) as booked on paired.month = booked.month
    left join (select distinct month from planned) as budgeted on paired.month = budgeted.month
),

final as (
    select
        *,
        actual_usd - budget_usd as variance_usd,
        case when kind = 'spend' then budget_usd - actual_usd else actual_usd - budget_usd end as favourable_usd,
        round((actual_usd - budget_usd) / nullif(budget_usd, 0), 4) as relative_variance
    from judged
)

select * from final
