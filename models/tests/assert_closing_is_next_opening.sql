-- What a month closes with is what the next one opens with, for each customer, currency, product and plan.
with closings as (
    select months.next_month as month, rows_of.customer_id, rows_of.currency, rows_of.product, rows_of.plan,
        rows_of.closing_minor, rows_of.closing_mrr_usd
    from {{ ref("mrr_customer_month") }} as rows_of
    inner join {{ ref("dim_month") }} as months on rows_of.month = months.month
    where rows_of.closing_minor > 0 and months.next_month <= (select max(month) from {{ ref("dim_month") }})
),

openings as (
    select month, customer_id, currency, product, plan, opening_minor, opening_mrr_usd
    from {{ ref("mrr_customer_month") }}
    where opening_minor > 0
)

select month, customer_id, closings.closing_minor, openings.opening_minor
from closings
full join openings using (month, customer_id, currency, product, plan)
where
    closings.closing_minor is distinct from openings.opening_minor
    or closings.closing_mrr_usd is distinct from openings.opening_mrr_usd
