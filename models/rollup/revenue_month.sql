-- One row per month, product, plan, country and currency: revenue invoiced and recognised, and what it cost.
{{ config(materialized="live_table") }}

with lines as (
    select month, customer_id, product, plan, currency, net_usd from {{ ref("fct_invoice_line") }}
    where is_revenue
    union all
    select invoices.month, invoices.customer_id, 'Unknown', 'Unknown', invoices.currency, invoices.net_usd
    from {{ ref("fct_invoice") }} as invoices
    left join {{ ref("fct_invoice_line") }} as lines_of
        on invoices.customer_id = lines_of.customer_id and invoices.invoice_id = lines_of.invoice_id
    where invoices.is_revenue and lines_of.invoice_id is null
),

legs as (
    select
        lines.month,
        lines.product,
        lines.plan,
        coalesce(customers.country, 'Unknown') as country,
        lines.currency,
        lines.net_usd as invoiced_usd,
        0 as recognized_usd,
        0 as cost_usd
    from lines
    left join {{ ref("dim_customer") }} as customers on lines.customer_id = customers.customer_id
    union all
    select month, product, plan, country, currency, 0, recognized_revenue_usd, 0
    from {{ ref("recognized_line_month") }}
    union all
    select month, product, 'Not allocated', 'Not allocated', 'Not allocated', 0, 0, cost_usd
    from {{ ref("cost_of_revenue_month") }}
),

costed as (
    select distinct month from {{ ref("cost_of_revenue_month") }}
),

final as (
    select
        legs.month,
        months.is_complete,
        legs.product,
        legs.plan,
        legs.country,
        {{ region_of("legs.country") }} as region,
        legs.currency,
        sum(legs.invoiced_usd) as invoiced_revenue_usd,
        sum(legs.recognized_usd) as recognized_revenue_usd,
        -- Costs come once a month is over: until they have come, neither they nor the profit are known.
        case when months.is_complete and costed.month is not null then sum(legs.cost_usd) end as cost_of_revenue_usd,
        case
            when months.is_complete and costed.month is not null then sum(legs.recognized_usd - legs.cost_usd)
        end as gross_profit_usd
    from legs
    inner join {{ ref("dim_month") }} as months on legs.month = months.month
    left join costed on legs.month = costed.month
    group by
        legs.month, months.is_complete, costed.month, legs.product, legs.plan, legs.country, legs.currency
)

select * from final
