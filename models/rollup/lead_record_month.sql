-- One row per month, list and lead: that came in the month, or that qualified in it.
{{ config(materialized="live_table", indexes=[{"columns": ["month", "list"]}]) }}

with listed as (
    select 'came' as list, {{ month_of("created_date") }} as month, created_date as listed_date, * from {{ ref("fct_lead") }}
    union all
    select 'qualified', {{ month_of("qualified_date") }}, qualified_date, * from {{ ref("fct_lead") }}
    where not is_duplicate and qualified_date is not null
),

final as (
    select
        listed.month,
        months.is_complete,
        listed.list,
        listed.lead_id as record_id,
        'salesforce' as source,
        listed.company_name,
        listed.listed_date,
        coalesce(listed.lead_source, 'Unknown') as lead_source,
        coalesce(listed.country, 'Unknown') as country,
        listed.status,
        cast(listed.is_duplicate as integer) as duplicate_count,
        cast(not listed.is_duplicate as integer) as lead_count,
        cast(not listed.is_duplicate and listed.qualified_date is not null as integer) as converted_count,
        cast(not listed.is_duplicate and listed.has_deal as integer) as deal_count,
        cast(not listed.is_duplicate and listed.has_won as integer) as won_count
    from listed
    inner join {{ ref("dim_month") }} as months on listed.month = months.month
)

select * from final
