-- One row per user of the product, those that are gone included.
{{ config(materialized="table", meta={"distributed_by": "account_id"}) }}

with final as (
    select
        user_id,
        account_id,
        user_role,
        created_at,
        last_seen_at,
        removed_at
    from {{ ref("stg_production__users") }}
)

select * from final
