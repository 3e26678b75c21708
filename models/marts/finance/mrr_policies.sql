-- One row per month, policy and currency: MRR as it is told by it.
select
    months.month,
    months.is_complete,
    months.policy,
    policies.policy_label,
    months.currency,
    months.mrr_usd
from {{ ref("mrr_policy_month") }} as months
inner join {{ ref("dim_mrr_policy") }} as policies on months.policy = policies.policy
where months.is_last
