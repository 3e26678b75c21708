-- One row per account of the product that is not one of our own, in the local month in which it was opened.
{{ config(
    materialized="live_table", indexes=[{"columns": ["month"]}], meta={"identity_only": ["dim_identity"]}
) }}

with final as (
    select
        {{ month_of("accounts.created_date") }} as month,
        months.is_complete,
        accounts.account_id as record_id,
        'production' as source,
        accounts.account_name,
        accounts.created_date,
        coalesce(nullif(accounts.country, ''), 'Unknown') as country,
        {{ region_of("coalesce(nullif(accounts.country, ''), 'Unknown')") }} as region,
        1 as accounts_count
    from {{ ref("dim_account") }} as accounts
    inner join {{ ref("dim_identity") }} as identity
        on identity.source = 'production' and accounts.account_id = identity.source_id
    inner join {{ ref("dim_month") }} as months on {{ month_of("accounts.created_date") }} = months.month
    where
        accounts.created_at < {{ as_of() }}
        and accounts.removed_at is null
        and not accounts.is_internal
        and not identity.is_excluded
)

select * from final
