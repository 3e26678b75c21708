-- By every rule of attribution the credits of a month add up to its new MRR, to the cent, and to its new customers.
with credited as (
    select month, model, sum(customers_count) as customers_count, sum(new_mrr_usd) as new_mrr_usd
    from {{ ref("attribution_month") }}
    group by month, model
    having sum(customers_count) > 0
),

won as (
    select month, count(distinct customer_id) as customers_count, sum(new_usd) as new_mrr_usd
    from {{ ref("mrr_customer_month") }}
    where movement = 'new'
    group by month
)

select
    won.month,
    credited.model,
    won.customers_count,
    credited.customers_count as credited_customers_count,
    won.new_mrr_usd,
    credited.new_mrr_usd as credited_mrr_usd
from won
full join credited on won.month = credited.month
where
    credited.customers_count is distinct from won.customers_count
    or credited.new_mrr_usd is distinct from won.new_mrr_usd
