-- One row per opportunity of the CRM that was not deleted, as it stands now; its owner is who closed it.
{{ config(materialized="table", meta={"reference": true, "identity_only": ["dim_identity"]}) }}

with opportunities as (
    select * from {{ ref("stg_salesforce__opportunities") }}
    where not is_deleted and created_at < {{ as_of() }}
),

owners as (
    select * from {{ ref("fct_opportunity_owner") }}
),

identities as (
    select source_id, customer_id, is_excluded from {{ ref("dim_identity") }}
    where source = 'salesforce'
),

-- When it came into its last state, and whether anybody saw it open.
lives as (
    select
        opportunity_id,
        max(changed_at) filter (where stage not like 'Closed%') as last_open_at,
        array_agg(changed_at order by changed_at) filter (where stage like 'Closed%') as closings
    from {{ ref("stg_salesforce__opportunity_history") }}
    where not is_deleted and changed_at < {{ as_of() }}
    group by opportunity_id
),

closings as (
    select
        opportunities.opportunity_id,
        case when opportunities.is_closed then coalesce(
            (
                select min(closing.at) from unnest(lives.closings) as closing (at)
                where closing.at >= coalesce(lives.last_open_at, closing.at)
            ),
            greatest(opportunities.created_at, {{ local_midnight("opportunities.close_date") }})
        ) end as closed_at,
        lives.last_open_at
    from opportunities
    left join lives on opportunities.opportunity_id = lives.opportunity_id
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.opportunity_name,
        opportunities.account_id,
        identities.customer_id,
        accounts.account_name,
        coalesce(accounts.country, 'Unknown') as country,
        coalesce(accounts.industry, 'Unknown') as industry,
        {{ company_size("accounts.employees_count") }} as company_size,
        owners.owner_id,
        coalesce(owners.rep, 'Unknown') as rep,
        coalesce(opportunities.opportunity_type, 'Unknown') as deal_type,
        coalesce(opportunities.lead_source, 'Unknown') as lead_source,
        opportunities.stage,
        opportunities.probability_ratio,
        opportunities.forecast_category,
        coalesce(opportunities.amount_usd, 0) as amount_usd,
        {{ annual_value("coalesce(opportunities.amount_usd, 0)", "opportunities.term_months_count") }} as acv_usd,
        {{ deal_size(annual_value("coalesce(opportunities.amount_usd, 0)", "opportunities.term_months_count")) }}
            as deal_size,
        opportunities.term_months_count,
        opportunities.is_closed,
        opportunities.is_won,
        opportunities.close_date,
        {{ month_of("opportunities.close_date") }} as close_month,
        opportunities.created_at,
        {{ month_of(local_date("opportunities.created_at")) }} as created_month,
        closings.closed_at,
        closings.closed_at is null or closings.last_open_at is not null or (
            lives.opportunity_id is null and closings.closed_at > opportunities.created_at
        ) as was_seen_open
    from opportunities
    inner join closings on opportunities.opportunity_id = closings.opportunity_id
    left join lives on opportunities.opportunity_id = lives.opportunity_id
    left join {{ ref("stg_salesforce__accounts") }} as accounts on opportunities.account_id = accounts.account_id
    left join identities on opportunities.account_id = identities.source_id
    left join owners
        on opportunities.opportunity_id = owners.opportunity_id
        and owners.valid_from < coalesce(closings.closed_at, {{ as_of() }})
        and (owners.valid_to is null or owners.valid_to >= coalesce(closings.closed_at, {{ as_of() }}))
    where not coalesce(identities.is_excluded, false)
)

select * from final
