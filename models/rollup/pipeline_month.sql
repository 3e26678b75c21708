-- One row per month and what open deals are cut by: what was open at the close.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        stages.stage,
        stages.forecast_category,
        owners.rep,
        deals.deal_type,
        deals.country,
        deals.lead_source,
        deals.industry,
        deals.company_size,
        deals.deal_size,
        count(*) as open_deals_count,
        sum(stages.amount_usd) as open_pipeline_usd,
        sum(stages.weighted_usd) as weighted_pipeline_usd,
        count(*) filter (where {{ is_stale("stages.valid_from", "months.closes_at") }}) as stale_deals_count,
        coalesce(
            sum(stages.amount_usd) filter (where {{ is_stale("stages.valid_from", "months.closes_at") }}), 0
        ) as stale_pipeline_usd
    from {{ ref("fct_opportunity_stage") }} as stages
    inner join {{ ref("dim_month") }} as months
        on stages.valid_from < months.closes_at
        and (stages.valid_to is null or stages.valid_to >= months.closes_at)
    inner join {{ ref("fct_opportunity") }} as deals on stages.opportunity_id = deals.opportunity_id
    inner join {{ ref("fct_opportunity_owner") }} as owners
        on stages.opportunity_id = owners.opportunity_id
        and owners.valid_from < months.closes_at
        and (owners.valid_to is null or owners.valid_to >= months.closes_at)
    where stages.is_open
    group by
        months.month, months.is_complete, stages.stage, stages.forecast_category, owners.rep, deals.deal_type,
        deals.country, deals.lead_source, deals.industry, deals.company_size, deals.deal_size
)

select * from final
