-- One row per month, stage, representative, kind of deal and country: what was open at the close.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        stages.stage,
        stages.rep,
        stages.deal_type,
        stages.country,
        count(*) as open_deals_count,
        sum(stages.amount_usd) as open_pipeline_usd
    from {{ ref("fct_opportunity_stage") }} as stages
    inner join {{ ref("dim_month") }} as months
        on stages.valid_from < months.closes_at
        and (stages.valid_to is null or stages.valid_to >= months.closes_at)
    where stages.is_open
    group by
        months.month, months.is_complete, stages.stage, stages.rep, stages.deal_type, stages.country
)

select * from final
