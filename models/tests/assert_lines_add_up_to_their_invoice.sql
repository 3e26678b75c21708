-- Invoiced revenue by product, plan and country is all invoiced revenue, to the cent.
with by_line as (
    select month, sum(invoiced_revenue_usd) as revenue_usd from {{ ref("revenue_month") }}
    group by month
),

by_invoice as (
    select month, sum(net_usd) as revenue_usd from {{ ref("fct_invoice") }}
    where is_revenue
    group by month
)

select by_invoice.month, by_invoice.revenue_usd, by_line.revenue_usd as by_line_usd
from by_invoice
left join by_line on by_invoice.month = by_line.month
where by_invoice.revenue_usd <> coalesce(by_line.revenue_usd, 0)
