-- One row per month, source and country: leads that came, what has become of them, and leads that qualified.
{{ config(materialized="live_table") }}

with leads as (
    select
        *,
        coalesce(lead_source, 'Unknown') as source,
        coalesce(country, 'Unknown') as place
    from {{ ref("fct_lead") }}
),

counted as (
    select
        {{ month_of("created_date") }} as month,
        source as lead_source,
        place as country,
        count(*) filter (where not is_duplicate) as leads_count,
        count(*) filter (where is_duplicate) as duplicates_count,
        count(*) filter (where not is_duplicate and qualified_date is not null) as converted_leads_count,
        count(*) filter (where not is_duplicate and has_deal) as deal_leads_count,
        count(*) filter (where not is_duplicate and has_won) as won_leads_count,
        0 as qualified_leads_count
    from leads
    group by 1, 2, 3
    union all
    select {{ month_of("qualified_date") }}, source, place, 0, 0, 0, 0, 0, count(*)
    from leads
    where not is_duplicate and qualified_date is not null
    group by 1, 2, 3
),

final as (
    select
        months.month,
        months.is_complete,
        counted.lead_source,
        counted.country,
        sum(counted.leads_count) as leads_count,
        sum(counted.duplicates_count) as duplicates_count,
        sum(counted.converted_leads_count) as converted_leads_count,
        sum(counted.deal_leads_count) as deal_leads_count,
        sum(counted.won_leads_count) as won_leads_count,
        sum(counted.qualified_leads_count) as qualified_leads_count
    from counted
    inner join {{ ref("dim_month") }} as months on counted.month = months.month
    group by months.month, months.is_complete, counted.lead_source, counted.country
)

select * from final
