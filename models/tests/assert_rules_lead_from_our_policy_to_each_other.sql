-- Our MRR and the rules of a policy make MRR as it is told by that policy, to the cent; each of its rules is there once.
{% if is_left_out("mrr_policy_month") %}
select month from {{ ref("mrr_month") }}
where false
{% else %}
with ours as (
    select month, currency, mrr_usd from {{ ref("mrr_policy_month") }}
    where policy = 'plumbline'
),

policies as (
    select
        month,
        currency,
        policy,
        sum(mrr_usd) filter (where is_last) as mrr_usd,
        sum(amount_usd) as amount_usd,
        count(*) as rules_count,
        count(distinct rule) as distinct_rules_count
    from {{ ref("mrr_policy_month") }}
    where policy <> 'plumbline'
    group by month, currency, policy
)

select ours.month, policies.policy, ours.mrr_usd, policies.amount_usd, policies.mrr_usd as policy_usd
from ours
inner join policies on ours.month = policies.month and ours.currency = policies.currency
where
    ours.mrr_usd + policies.amount_usd is distinct from policies.mrr_usd
    or policies.rules_count <> policies.distinct_rules_count
{% endif %}
