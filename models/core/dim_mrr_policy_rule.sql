-- One row per policy and rule in which it differs from ours, in the order in which rules are switched.
{{ config(materialized="table", meta={"reference": true}) }}

with final as (
    select policy, cast(step as integer) as step, rule, rule_label, ours, theirs
    from (
        values
        {%- for policy, told in mrr_policies().items() %}
            {%- set is_last = loop.last %}
            {%- for rule, meaning in mrr_policy_rules().items() if rule in told["rules"] %}
        (
            '{{ policy }}', {{ (mrr_policy_rules().keys() | list).index(rule) + 1 }}, '{{ rule }}', '{{ meaning["label"] }}',
            '{{ meaning["means"][meaning["ours"]] }}', '{{ meaning["means"][told["rules"][rule]] }}'
        ){{ "," if not (is_last and loop.last) }}
            {%- endfor %}
        {%- endfor %}
    ) as rules (policy, step, rule, rule_label, ours, theirs)
)

select * from final
