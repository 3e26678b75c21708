-- One row per month, list and lead.
select
    month,
    is_complete,
    list,
    record_id,
    source,
    company_name,
    listed_date,
    lead_source,
    country,
    status,
    duplicate_count,
    lead_count,
    converted_count,
    deal_count,
    won_count
from {{ ref("lead_record_month") }}
