-- One row per deal of new business that was not deleted: when it was opened, and whether it won its customer.
{{ config(materialized="table", meta={"reference": true, "identity_only": ["dim_identity"]}) }}

with deals as (
    select
        deals.opportunity_id,
        identities.customer_id,
        deals.created_at,
        {{ month_of(local_date("deals.created_at")) }} as created_month,
        {{ month_of("deals.close_date") }} as close_month,
        deals.close_date,
        deals.is_won
    from {{ ref("stg_salesforce__opportunities") }} as deals
    left join {{ ref("dim_identity") }} as identities
        on identities.source = 'salesforce' and deals.account_id = identities.source_id
    where
        deals.opportunity_type = 'New Business'
        and not deals.is_deleted
        and deals.created_at < {{ as_of() }}
        and not coalesce(identities.is_excluded, false)
),

final as (
    select
        opportunity_id,
        customer_id,
        created_at,
        created_month,
        close_month,
        is_won,
        is_won and row_number() over (
            partition by customer_id, is_won order by close_date, created_at, opportunity_id
        ) = 1 as is_first_won
    from deals
)

select * from final
