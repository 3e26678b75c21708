-- One row per month, group of cohorts and age: how many of its customers were still there, by Kaplan and Meier, as known then.
{{ config(materialized="live_table") }}

with cells as (
    select
        cohort_month,
        month,
        age,
        sum(at_risk_count) as at_risk_count,
        sum(lost_count) as lost_count
    from {{ ref("cohort_month") }}
    group by cohort_month, month, age
),

grouped as (
    {{ cohort_groups("cells") }}
),

-- What was known at a close: the ages that each cohort had reached by then.
pooled as (
    select
        months.month,
        grouped.cut,
        grouped.cohort,
        grouped.age,
        cast(sum(grouped.at_risk_count) as double precision) as at_risk_count,
        cast(sum(grouped.lost_count) as double precision) as lost_count
    from {{ ref("dim_month") }} as months
    inner join grouped on months.month >= grouped.month
    where months.is_complete
    group by months.month, grouped.cut, grouped.cohort, grouped.age
),

-- Greenwood's variance of the logarithm; where nobody was left the survival is 0 and stays so.
final as (
    select
        month,
        cut,
        cohort,
        age,
        cast(at_risk_count as bigint) as at_risk_count,
        cast(lost_count as bigint) as lost_count,
        round(cast(case
            when bool_or(at_risk_count <= lost_count) over so_far then 0
            else exp(sum(ln(1 - least(lost_count / nullif(at_risk_count, 0), 0.999999999999))) over so_far)
        end as numeric), 12) as survival,
        round(cast(
            sum(lost_count / nullif(at_risk_count * (at_risk_count - lost_count), 0)) over so_far as numeric
        ), 12) as variance
    from pooled
    window so_far as (partition by month, cut, cohort order by age)
)

select * from final
