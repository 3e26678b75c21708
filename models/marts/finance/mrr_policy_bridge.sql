-- One row per month, pair of policies, currency and rule in which either differs from ours: what the rule adds on the way.
with steps as (
    select
        months.month,
        months.is_complete,
        months.policy,
        months.currency,
        rules.step,
        months.rule,
        rules.rule_label,
        months.amount_usd
    from {{ ref("mrr_policy_month") }} as months
    inner join {{ ref("dim_mrr_policy_rule") }} as rules
        on months.policy = rules.policy and months.rule = rules.rule
),

legs as (
    select steps.*, others.policy as from_policy, steps.policy as to_policy, steps.amount_usd as leg_usd
    from steps
    inner join {{ ref("dim_mrr_policy") }} as others on steps.policy <> others.policy
    union all
    select steps.*, steps.policy, others.policy, -steps.amount_usd
    from steps
    inner join {{ ref("dim_mrr_policy") }} as others on steps.policy <> others.policy
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
