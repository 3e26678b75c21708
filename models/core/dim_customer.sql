-- One row per customer: who pays, by Stripe or by a hand-signed contract.
{{ config(
    materialized="table", meta={"distributed_by": "customer_id", "identity_only": ["stg_salesforce__accounts"]}
) }}

with records as (
    select
        identity.customer_id,
        customers.customer_name,
        customers.country,
        customers.created_at,
        case when identity.customer_id = customers.customer_source_id then 0 else 1 end as standing
    from {{ ref("stg_stripe__customers") }} as customers
    inner join {{ ref("dim_identity") }} as identity
        on identity.source = 'stripe' and customers.customer_source_id = identity.source_id
    where not identity.is_excluded
    union all
    select
        customer_id,
        null,
        country,
        {{ local_midnight("start_date") }},
        2
    from {{ ref("stg_files__contracts") }}
    union all
    select
        identity.customer_id,
        accounts.account_name,
        accounts.country,
        accounts.created_at,
        3
    from {{ ref("stg_salesforce__accounts") }} as accounts
    inner join {{ ref("dim_identity") }} as identity
        on identity.source = 'salesforce' and accounts.account_id = identity.source_id
    where
        not identity.is_excluded
        and identity.customer_id in (select contracts.customer_id from {{ ref("stg_files__contracts") }} as contracts)
),

final as (
    select
        customer_id,
        coalesce(
            (array_agg(customer_name order by standing, created_at) filter (where customer_name <> ''))[1], customer_id
        ) as customer_name,
        coalesce(
            (array_agg(country order by standing, created_at) filter (where country <> ''))[1], 'Unknown'
        ) as country,
        min(created_at) as created_at,
        count(*) filter (where standing < 2) as stripe_record_count
    from records
    group by customer_id
)

select * from final
