-- Claims are held against the certified ARR and customers. Not in a part that has only one of the two anew.
{% if is_left_out("claim_total") %}
select month from {{ ref("mrr_month") }}
where false
{% else %}
with arr as (
    select 12 * coalesce(sum(closing_mrr_usd), 0) as certified from {{ ref("mrr_month") }}
    where month = {{ month_of(as_of_day()) }}
),

customers as (
    select coalesce(sum(active_customers_count), 0) as certified from {{ ref("customers_month") }}
    where month = {{ month_of(as_of_day()) }}
)

select totals.department, totals.certified_value, arr.certified as arr, customers.certified as active_customers
from {{ ref("claim_total") }} as totals
cross join arr
cross join customers
where totals.certified_value <> case totals.metric when 'arr' then arr.certified else customers.certified end
{% endif %}
