-- A deal open at a close is counted once, whoever has had it before and since.
with counted as (
    select month, sum(open_deals_count) as deals_count from {{ ref("pipeline_month") }}
    group by month
),

told as (
    select months.month, count(*) as deals_count
    from {{ ref("fct_opportunity_stage") }} as stages
    inner join {{ ref("dim_month") }} as months
        on stages.valid_from < months.closes_at
        and (stages.valid_to is null or stages.valid_to >= months.closes_at)
    where stages.is_open
    group by months.month
)

select told.month, told.deals_count, counted.deals_count as counted_deals_count
from told
left join counted on told.month = counted.month
where counted.deals_count is distinct from told.deals_count
