-- One row per month, forecast category, representative and kind of deal: what was expected to close in it as it began.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        stages.forecast_category,
        owners.rep,
        deals.deal_type,
        count(*) as expected_deals_count,
        sum(stages.amount_usd) as expected_usd,
        sum(stages.weighted_usd) as weighted_usd,
        coalesce(
            sum(deals.amount_usd) filter (
                where deals.is_closed and deals.is_won and deals.close_month = months.month
            ), 0
        ) as won_usd
    from {{ ref("fct_opportunity_stage") }} as stages
    inner join {{ ref("dim_month") }} as months
        on stages.valid_from < months.opens_at
        and (stages.valid_to is null or stages.valid_to >= months.opens_at)
        and stages.expected_close_date >= months.month and stages.expected_close_date < months.next_month
    inner join {{ ref("fct_opportunity") }} as deals on stages.opportunity_id = deals.opportunity_id
    inner join {{ ref("fct_opportunity_owner") }} as owners
        on stages.opportunity_id = owners.opportunity_id
        and owners.valid_from < months.opens_at
        and (owners.valid_to is null or owners.valid_to >= months.opens_at)
    where stages.is_open
    group by months.month, months.is_complete, stages.forecast_category, owners.rep, deals.deal_type
)

select * from final
