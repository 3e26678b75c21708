-- One row per month, source and country.
select
    month,
    is_complete,
    lead_source,
    country,
    leads_count,
    duplicates_count,
    converted_leads_count,
    deal_leads_count,
    won_leads_count,
    qualified_leads_count
from {{ ref("leads_month") }}
