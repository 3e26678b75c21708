-- One row per record of a source: the customer it belongs to, and whether it is left out of every figure.
{{ config(
    materialized="table",
    meta={"reference": true, "identity_only": ["stg_salesforce__accounts", "stg_production__accounts"]}
) }}

with told as (
    select distinct on (source, source_id)
        source,
        source_id,
        coalesce(nullif(customer_id, ''), source_id) as customer_id,
        kind in ('internal', 'test') as is_excluded
    from {{ ref("stg_files__identities") }}
    order by source, source_id, known_date desc nulls last, customer_id
),

stripe as (
    select
        'stripe' as source,
        customers.customer_source_id as source_id,
        coalesce(told.customer_id, customers.customer_source_id) as customer_id,
        coalesce(told.is_excluded, false) as is_excluded
    from {{ ref("stg_stripe__customers") }} as customers
    left join told on told.source = 'stripe' and customers.customer_source_id = told.source_id
),

others as (
    select 'salesforce' as source, account_id as source_id, customer_source_id
    from {{ ref("stg_salesforce__accounts") }}
    union all
    select 'production', account_id, customer_source_id
    from {{ ref("stg_production__accounts") }}
),

final as (
    select source, source_id, customer_id, is_excluded
    from stripe
    union all
    select
        others.source,
        others.source_id,
        coalesce(told.customer_id, stripe.customer_id, others.customer_source_id, others.source_id),
        coalesce(told.is_excluded, stripe.is_excluded, false)
    from others
    left join told on others.source = told.source and others.source_id = told.source_id
    left join stripe on others.customer_source_id = stripe.source_id
)

select * from final
