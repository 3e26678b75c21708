-- One row per month, pair of policies, currency and rule in which either differs from ours: what the rule adds on the way.
with policies as (
    select distinct policy from {{ ref("mrr_policy_month") }}
),

steps as (
    select * from {{ ref("mrr_policy_month") }}
    where policy <> 'plumbline'
),

-- From ours to a policy its rules are switched on, from it to ours off; between two others both.
legs as (
    select steps.*, policies.policy as from_policy, steps.policy as to_policy, steps.amount_usd as leg_usd
    from steps
    inner join policies on steps.policy <> policies.policy
    union all
    select steps.*, steps.policy, policies.policy, -steps.amount_usd
    from steps
    inner join policies on steps.policy <> policies.policy
)

select
    month,
    is_complete,
    from_policy,
    to_policy,
    currency,
    step,
    rule,
    rule_label,
    sum(leg_usd) as amount_usd
from legs
group by month, is_complete, from_policy, to_policy, currency, step, rule, rule_label
