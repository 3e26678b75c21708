-- One row per department and record of the system it uses: how much of its figure the record is.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with final as (
    select
        'finance' as department,
        'stripe' as system,
        subscription_id as record_id,
        customer_id,
        round((list_local + usage_local + tax_local) * budget_rate, 2) as amount
    from {{ ref("claim_list_price") }}
    union all
    select 'sales', 'salesforce', opportunity_id, customer_id, amount_usd from {{ ref("claim_deal") }}
    union all
    select
        case system when 'production' then 'product' else 'marketing' end,
        system,
        record_id,
        customer_id,
        1
    from {{ ref("claim_holder") }}
    where is_counted
)

select * from final
