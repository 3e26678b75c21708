-- One row per month, policy and rule in which it differs from ours: MRR with this rule and those before it, and by how much it moves.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}
{%- set of_prices = mrr_policy_levels() | selectattr("settings.charges", "equalto", "prices") | list %}

with certified as (
    select month, sum(closing_mrr_usd) as mrr_usd from {{ ref("mrr_row") }}
    group by month
),

-- What no policy counts otherwise is in no row of these: a level is ours and what it differs by.
prices as (
    select
        month
        {%- for level in of_prices %},
        sum({{ level["name"] }}_usd - plumbline_usd) as {{ level["name"] }}
        {%- endfor %}
    from {{ ref("policy_row") }}
    group by month
),

charges as (
    select
        month,
        coalesce(sum(amount_usd) filter (where kind in ('charge', 'contract')), 0) as charged,
        coalesce(sum(amount_usd) filter (where kind = 'refund'), 0) as refunded,
        coalesce(sum(amount_usd) filter (where kind in ('bill', 'contract')), 0) as billed,
        coalesce(sum(amount_usd) filter (where kind = 'tax'), 0) as taxed
    from {{ ref("policy_charge") }}
    group by month
),

sums as (
    select
        months.month,
        months.is_complete
        {%- for level in mrr_policy_levels() %},
        {% if level["settings"]["charges"] == "prices" -%}
        coalesce(certified.mrr_usd, 0) + coalesce(prices.{{ level["name"] }}, 0)
        {%- elif level["settings"]["charges"] == "periods" -%}
        coalesce(charges.charged, 0){{ " - coalesce(charges.refunded, 0)" if level["settings"]["refunds"] == "count" }}
        {%- else -%}
        coalesce(charges.billed, 0){{ " + coalesce(charges.taxed, 0)" if level["settings"]["tax"] == "count" }}
        {%- endif %} as {{ level["name"] }}
        {%- endfor %}
    from {{ ref("dim_month") }} as months
    left join certified on months.month = certified.month
    left join prices on months.month = prices.month
    left join charges on months.month = charges.month
    where certified.month is not null or prices.month is not null or charges.month is not null
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
