-- One row per cost of a month, in dollars at the rate at which the month closes.
{{ config(materialized="table", meta={"reference": true}) }}

with costs as (
    select
        {{ month_of("month") }} as month,
        department,
        category,
        is_cost_of_revenue,
        product,
        currency,
        amount
    from {{ ref("stg_files__costs") }}
),

rates as (
    select * from {{ ref("dim_month_rate") }}
),

final as (
    select
        costs.month,
        costs.department,
        costs.category,
        coalesce(costs.is_cost_of_revenue, false) as is_cost_of_revenue,
        coalesce(costs.product, 'Not allocated') as product,
        costs.currency,
        costs.amount,
        round(costs.amount * rates.closing_rate, 2) as amount_usd
    from costs
    inner join rates on costs.month = rates.month and costs.currency = rates.currency
)

select * from final
