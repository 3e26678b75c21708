-- MRR by our policy is MRR, month by month and in each currency, to the cent. Not in a part that has only one of the two anew.
{% if is_left_out("mrr_policy_month") %}
select month from {{ ref("mrr_month") }}
where false
{% else %}
with certified as (
    select month, currency, sum(closing_mrr_usd) as mrr_usd from {{ ref("mrr_month") }}
    group by month, currency
),

policies as (
    select month, currency, mrr_usd from {{ ref("mrr_policy_month") }}
    where policy = 'plumbline'
)

select coalesce(certified.month, policies.month) as month, certified.mrr_usd, policies.mrr_usd as policy_usd
from certified
full join policies on certified.month = policies.month and certified.currency = policies.currency
where coalesce(certified.mrr_usd, 0) <> coalesce(policies.mrr_usd, 0)
{% endif %}
