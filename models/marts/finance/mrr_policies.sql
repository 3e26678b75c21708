-- One row per month, policy and currency: MRR as it is told by it.
select
    month,
    is_complete,
    policy,
    policy_label,
    currency,
    mrr_usd
from {{ ref("mrr_policy_month") }}
where is_last
