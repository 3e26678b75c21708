-- One row per month, department, category and product: what was spent.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        costs.department,
        costs.category,
        costs.product,
        sum(costs.amount_usd) as spend_usd
    from {{ ref("fct_cost") }} as costs
    inner join {{ ref("dim_month") }} as months on costs.month = months.month
    group by months.month, months.is_complete, costs.department, costs.category, costs.product
)

select * from final
