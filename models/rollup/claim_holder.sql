-- One row per account of the CRM and of the product that is there: the customer it stands for, and whether it is counted.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with identity as (
    select * from {{ ref("dim_identity") }}
),

-- An account of the CRM that nothing links to a customer may have the name, country and web site of one that is.
crm as (
    select
        accounts.*,
        identity.customer_id,
        identity.is_excluded,
        accounts.customer_source_id is not null or told.source_id is not null as is_linked,
        lower(trim(accounts.account_name)) || '|' || coalesce(accounts.country, '') || '|'
        || coalesce(lower(accounts.website), '') as looks
    from {{ ref("stg_salesforce__accounts") }} as accounts
    inner join identity on identity.source = 'salesforce' and accounts.account_id = identity.source_id
    left join (
        select distinct source_id from {{ ref("stg_files__identities") }} where source = 'salesforce'
    ) as told on accounts.account_id = told.source_id
    where not accounts.is_deleted
),

namesakes as (
    select looks, min(customer_id) as customer_id, bool_or(is_excluded) as is_excluded from crm
    where is_linked
    group by looks
    having count(distinct customer_id) = 1
),

seen as (
    select account_id, max(last_seen_at) as seen_at from {{ ref("dim_user") }}
    where removed_at is null and last_seen_at between {{ as_of() }} - interval '672 hours' and {{ as_of() }}
    group by account_id
),

holders as (
    select
        'salesforce' as system,
        crm.account_id as record_id,
        crm.account_name as record_name,
        coalesce(case when not crm.is_linked then namesakes.customer_id end, crm.customer_id) as customer_id,
        coalesce(case when not crm.is_linked then namesakes.is_excluded end, crm.is_excluded) as is_excluded,
        crm.customer_source_id,
        crm.account_type as standing_there,
        coalesce(crm.account_type = 'Customer', false) as is_counted,
        not crm.is_linked as is_copy,
        null::timestamptz as seen_at,
        crm.created_at
    from crm
    left join namesakes on crm.looks = namesakes.looks
    union all
    select
        'production',
        accounts.account_id,
        accounts.account_name,
        identity.customer_id,
        identity.is_excluded or coalesce(accounts.is_internal, false),
        accounts.customer_source_id,
        accounts.plan_name,
        seen.seen_at is not null,
        false,
        seen.seen_at,
        accounts.created_at
    from {{ ref("dim_account") }} as accounts
    inner join identity on identity.source = 'production' and accounts.account_id = identity.source_id
    left join seen on accounts.account_id = seen.account_id
    where accounts.deleted_at is null
),

final as (
    select
        *,
        row_number() over (
            partition by system, customer_id, is_counted, is_excluded
            order by is_copy, created_at, record_id
        ) as turn,
        row_number() over (partition by system, customer_id order by is_copy, created_at, record_id) as turn_of_all
    from holders
)

select * from final
