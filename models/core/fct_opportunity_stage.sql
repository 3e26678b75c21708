-- One row per stretch in which an opportunity stood in one stage with one amount.
{{ config(materialized="table", meta={"reference": true}) }}

with opportunities as (
    select * from {{ ref("fct_opportunity") }}
),

changes as (
    select
        opportunity_id,
        opportunity_history_id,
        stage,
        amount_usd,
        changed_at
    from {{ ref("stg_salesforce__opportunity_history") }}
    where not is_deleted and changed_at < {{ as_of() }}
),

-- A CRM without field history still has each opportunity as it stands.
told as (
    select opportunity_id, opportunity_history_id, stage, amount_usd, changed_at from changes
    union all
    select opportunities.opportunity_id, '', opportunities.stage, opportunities.amount_usd, opportunities.created_at
    from opportunities
    left join changes on opportunities.opportunity_id = changes.opportunity_id
    where changes.opportunity_id is null
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.rep,
        opportunities.deal_type,
        opportunities.country,
        told.stage,
        coalesce(told.amount_usd, 0) as amount_usd,
        told.stage not like 'Closed%' as is_open,
        told.changed_at as valid_from,
        lead(told.changed_at) over (
            partition by told.opportunity_id order by told.changed_at, told.opportunity_history_id
        ) as valid_to
    from told
    inner join opportunities on told.opportunity_id = opportunities.opportunity_id
)

select * from final
