-- One row per month, policy and rule in which it differs from ours: MRR with this rule and those before it, and by how much it moves.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with sums as (
    select
        months.month,
        months.is_complete
        {%- for level in mrr_policy_levels() %},
        coalesce(sum(rows_of.{{ level["name"] }}_usd), 0) as {{ level["name"] }}
        {%- endfor %}
    from {{ ref("policy_row") }} as rows_of
    inner join {{ ref("dim_month") }} as months on rows_of.month = months.month
    group by months.month, months.is_complete
),

final as (
    select
        sums.month,
        sums.is_complete,
        levels.policy,
        levels.step,
        levels.rule,
        levels.is_last,
        levels.mrr_usd,
        levels.mrr_usd - levels.before_usd as amount_usd
    from sums
    cross join lateral (
        values
        {%- for level in mrr_policy_levels() %}
        {%- set before = "plumbline" if level["step"] <= 1 else level["policy"] ~ "_" ~ (level["step"] - 1) %}
        {%- set count = mrr_policies().get(level["policy"], {"rules": {}})["rules"] | length %}
        (
            '{{ level["policy"] }}', {{ level["step"] }}, '{{ level["rule"] }}',
            {{ "true" if level["step"] == count else "false" }}, sums.{{ level["name"] }}, sums.{{ before }}
        ){{ "," if not loop.last }}
        {%- endfor %}
    ) as levels (policy, step, rule, is_last, mrr_usd, before_usd)
)

select * from final
