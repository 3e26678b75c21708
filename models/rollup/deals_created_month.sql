-- One row per month in which deals were opened and what they are cut by: what has become of them by now.
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
        count(*) as created_deals_count,
        count(*) filter (where deals.is_closed and deals.is_won) as won_deals_count,
        count(*) filter (where deals.is_closed) as closed_deals_count,
        count(*) filter (where not deals.is_closed) as open_deals_count
    from {{ ref("fct_opportunity") }} as deals
    inner join {{ ref("dim_month") }} as months on deals.created_month = months.month
    group by
        months.month, months.is_complete, deals.rep, deals.deal_type, deals.country,
        deals.lead_source, deals.industry, deals.company_size, deals.deal_size
)

select * from final
