-- One row per close month and what deals are cut by: deals won and lost.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        deals.rep,
        deals.deal_type,
        deals.country,
        deals.lead_source,
        deals.industry,
        deals.company_size,
        deals.deal_size,
        count(*) filter (where deals.is_won) as won_deals_count,
        count(*) filter (where not deals.is_won) as lost_deals_count,
        count(*) as closed_deals_count,
        coalesce(sum(deals.amount_usd) filter (where deals.is_won), 0) as won_amount_usd,
        coalesce(sum(deals.acv_usd) filter (where deals.is_won), 0) as won_acv_usd
    from {{ ref("fct_opportunity") }} as deals
    inner join {{ ref("dim_month") }} as months on deals.close_month = months.month
    where deals.is_closed
    group by
        months.month, months.is_complete, deals.rep, deals.deal_type, deals.country,
        deals.lead_source, deals.industry, deals.company_size, deals.deal_size
)

select * from final
