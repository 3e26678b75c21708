-- One row per day and event on the web site, as Google Analytics last told it and before.
with source as (
    {{ raw("ga4", "events", {
        "date": "date", "event_name": "text", "event_count": "numeric", "total_users": "numeric",
        "_sdc_extracted_at": "timestamptz"
    }) }}
)

select distinct
    date as visit_date,
    event_name,
    cast(event_count as bigint) as event_count,
    cast(total_users as bigint) as user_count,
    {{ is_newest_of_its_day() }} as is_current
from source
