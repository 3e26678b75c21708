-- The grain at which MRR is rounded has one row each.
select month, customer_id, currency, product, plan, count(*) as rows_count
from {{ ref("mrr_customer_month") }}
group by month, customer_id, currency, product, plan
having count(*) > 1
