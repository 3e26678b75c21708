-- One row per account of the product, those that are gone included.
{{ config(materialized="table", meta={"distributed_by": "account_id"}) }}

with final as (
    select
        account_id,
        account_name,
        plan_name,
        country,
        customer_source_id,
        is_internal,
        created_at,
        {{ local_date("created_at") }} as created_date,
        deleted_at,
        removed_at
    from {{ ref("stg_production__accounts") }}
)

select * from final
