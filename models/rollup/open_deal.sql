-- One row per deal that is open: where it stands, for how long, and whether nobody has touched it.
{{ config(materialized="live_table") }}

with final as (
    select
        deals.opportunity_id,
        deals.opportunity_name,
        deals.account_name,
        deals.country,
        deals.rep,
        deals.deal_type,
        deals.lead_source,
        stages.stage,
        stages.forecast_category,
        stages.expected_close_date,
        stages.amount_usd,
        stages.weighted_usd,
        deals.created_at,
        stages.valid_from as changed_at,
        floor(extract(epoch from {{ as_of() }} - stages.valid_from) / 86400) as days_unchanged_count,
        {{ is_stale("stages.valid_from", as_of()) }} as is_stale
    from {{ ref("fct_opportunity") }} as deals
    inner join {{ ref("fct_opportunity_stage") }} as stages
        on deals.opportunity_id = stages.opportunity_id and stages.valid_to is null
    where stages.is_open
)

select * from final
