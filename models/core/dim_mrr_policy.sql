-- One row per policy by which MRR is told, ours first.
{{ config(materialized="table", meta={"reference": true}) }}

with final as (
    select cast(place as integer) as place, policy, policy_label
    from (
        values
        (1, 'plumbline', 'Certified')
        {%- for policy, told in mrr_policies().items() %},
        ({{ loop.index + 1 }}, '{{ policy }}', '{{ told["label"] }}')
        {%- endfor %}
    ) as policies (place, policy, policy_label)
)

select * from final
