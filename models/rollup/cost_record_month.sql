-- One row per month, list and cost of the file: what was spent, and what of it is cost of revenue, with payment fees shared.
{{ config(materialized="live_table") }}

with costs as (
    select
        *,
        'costs ' || to_char(month, 'YYYY-MM') || ' ' || row_number() over (
            partition by month order by department, category, product, currency, amount
        ) as record_id
    from {{ ref("fct_cost") }}
),

-- What sharing payment fees by product moved: nothing in all.
shared as (
    select
        whole.month,
        whole.product,
        whole.cost_usd - coalesce(sum(costs.amount_usd), 0) as amount_usd
    from {{ ref("cost_of_revenue_month") }} as whole
    left join costs on whole.month = costs.month and whole.product = costs.product and costs.is_cost_of_revenue
    group by whole.month, whole.product, whole.cost_usd
),

listed as (
    select 'spent' as list, month, record_id, 'files' as source, department, category, product, currency, amount, amount_usd
    from costs
    union all
    select 'cost of revenue', month, record_id, 'files', department, category, product, currency, amount, amount_usd
    from costs
    where is_cost_of_revenue
    union all
    select
        'cost of revenue', month, 'fees ' || to_char(month, 'YYYY-MM') || ' ' || product, 'stripe', 'Shared',
        '{{ var("payment_fees_category") }}, by what Stripe took', product, 'usd', amount_usd, amount_usd
    from shared
    where amount_usd <> 0
),

final as (
    select listed.*, months.is_complete
    from listed
    inner join {{ ref("dim_month") }} as months on listed.month = months.month
    where listed.list = 'spent' or months.is_complete
)

select * from final
