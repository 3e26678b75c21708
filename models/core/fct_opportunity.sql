-- One row per opportunity of the CRM that was not deleted, as it stands now.
{{ config(materialized="table", meta={"reference": true}) }}

with opportunities as (
    select * from {{ ref("stg_salesforce__opportunities") }}
    where not is_deleted and created_at < {{ as_of() }}
),

accounts as (
    select * from {{ ref("stg_salesforce__accounts") }}
),

reps as (
    select * from {{ ref("stg_salesforce__users") }}
),

identities as (
    select source_id, customer_id from {{ ref("dim_identity") }}
    where source = 'salesforce'
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.opportunity_name,
        opportunities.account_id,
        identities.customer_id,
        accounts.account_name,
        coalesce(accounts.country, 'Unknown') as country,
        coalesce(reps.user_name, 'Unknown') as rep,
        coalesce(opportunities.opportunity_type, 'Unknown') as deal_type,
        opportunities.lead_source,
        opportunities.stage,
        coalesce(opportunities.amount_usd, 0) as amount_usd,
        opportunities.term_months_count,
        opportunities.is_closed,
        opportunities.is_won,
        opportunities.close_date,
        {{ month_of("opportunities.close_date") }} as close_month,
        opportunities.created_at
    from opportunities
    left join accounts on opportunities.account_id = accounts.account_id
    left join reps on opportunities.owner_id = reps.user_id
    left join identities on opportunities.account_id = identities.source_id
)

select * from final
