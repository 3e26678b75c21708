-- Of each customer: what its records are claimed to be, less their reasons, is its certified figure.
with parts as (
    select department, customer_id, amount from {{ ref("claim_record") }}
    union all
    select department, customer_id, -amount from {{ ref("claim_bridge") }}
    where reason <> 'not_reproduced' and customer_id is not null
    union all
    select
        totals.department,
        customers.customer_id,
        case when totals.metric = 'arr' then -customers.certified_arr_usd when customers.is_active then -1 else 0 end
    from {{ ref("claim_customer") }} as customers
    cross join {{ ref("claim_total") }} as totals
)

select parts.department, parts.customer_id, sum(parts.amount) as left_over
from parts
inner join {{ ref("claim_total") }} as totals on parts.department = totals.department
where totals.has_source
group by parts.department, parts.customer_id
having sum(parts.amount) <> 0
