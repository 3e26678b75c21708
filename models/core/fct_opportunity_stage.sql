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
        probability_ratio,
        forecast_category,
        close_date,
        changed_at
    from {{ ref("stg_salesforce__opportunity_history") }}
    where not is_deleted and changed_at < {{ as_of() }}
),

-- A CRM without field history still has each opportunity as it stands.
told as (
    select
        opportunity_id, opportunity_history_id, stage, amount_usd, probability_ratio, forecast_category, close_date,
        changed_at
    from changes
    union all
    select
        opportunities.opportunity_id, '', opportunities.stage, opportunities.amount_usd,
        opportunities.probability_ratio, opportunities.forecast_category, opportunities.close_date,
        opportunities.created_at
    from opportunities
    left join changes on opportunities.opportunity_id = changes.opportunity_id
    where changes.opportunity_id is null
),

final as (
    select
        opportunities.opportunity_id,
        told.stage,
        coalesce(told.amount_usd, 0) as amount_usd,
        round(coalesce(told.amount_usd, 0) * coalesce(told.probability_ratio, 0), 2) as weighted_usd,
        coalesce(told.forecast_category, 'Unknown') as forecast_category,
        told.close_date as expected_close_date,
        told.stage not like 'Closed%' as is_open,
        told.changed_at as valid_from,
        lead(told.changed_at) over (
            partition by told.opportunity_id order by told.changed_at, told.opportunity_history_id
        ) as valid_to
    from told
    inner join opportunities on told.opportunity_id = opportunities.opportunity_id
)

select * from final
