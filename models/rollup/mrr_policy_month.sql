-- One row per month, currency, policy and rule in which it differs from ours: MRR with this rule and those before it, and by how much it moves.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}
{%- set of_prices = mrr_policy_levels() | selectattr("settings.charges", "equalto", "prices") | list %}

with certified as (
    select month, currency, sum(closing_mrr_usd) as mrr_usd from {{ ref("mrr_row") }}
    group by month, currency
),

-- What no policy counts otherwise is in no row of these: a level is ours and what it differs by.
prices as (
    select
        month,
        currency
        {%- for level in of_prices %},
        sum({{ level["name"] }}_usd - plumbline_usd) as {{ level["name"] }}
        {%- endfor %}
    from {{ ref("policy_row") }}
    group by month, currency
),

charges as (
    select
        month,
        currency
        {%- for kind in ("charge", "refund", "bill", "tax", "contract") %},
        coalesce(sum(amount_usd) filter (where kind = '{{ kind }}'), 0) as {{ kind }}_usd
        {%- endfor %}
    from {{ ref("policy_charge") }}
    group by month, currency
),

spine as (
    select month, currency from certified
    union
    select month, currency from prices
    union
    select month, currency from charges
),

sums as (
    select
        spine.month,
        spine.currency,
        months.is_complete
        {%- for level in mrr_policy_levels() %},
        {% if level["settings"]["charges"] == "prices" -%}
        coalesce(certified.mrr_usd, 0) + coalesce(prices.{{ level["name"] }}, 0)
        {%- elif level["settings"]["charges"] == "periods" -%}
        coalesce(charges.charge_usd + charges.contract_usd
            {{- " - charges.refund_usd" if level["settings"]["refunds"] == "count" }}, 0)
        {%- else -%}
        coalesce(charges.bill_usd + charges.contract_usd
            {{- " + charges.tax_usd" if level["settings"]["tax"] == "count" }}, 0)
        {%- endif %} as {{ level["name"] }}
        {%- endfor %}
    from spine
    inner join {{ ref("dim_month") }} as months on spine.month = months.month
    left join certified on spine.month = certified.month and spine.currency = certified.currency
    left join prices on spine.month = prices.month and spine.currency = prices.currency
    left join charges on spine.month = charges.month and spine.currency = charges.currency
),

final as (
    select
        sums.month,
        sums.is_complete,
        sums.currency,
        levels.policy,
        policies.policy_label,
        coalesce(rules.step, 0) as step,
        levels.rule,
        coalesce(rules.rule_label, 'Ours') as rule_label,
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
            '{{ level["policy"] }}', '{{ level["rule"] }}',
            {{ "true" if level["step"] == count else "false" }}, sums.{{ level["name"] }}, sums.{{ before }}
        ){{ "," if not loop.last }}
        {%- endfor %}
    ) as levels (policy, rule, is_last, mrr_usd, before_usd)
    inner join {{ ref("dim_mrr_policy") }} as policies on levels.policy = policies.policy
    left join {{ ref("dim_mrr_policy_rule") }} as rules on levels.policy = rules.policy and levels.rule = rules.rule
)

select * from final
