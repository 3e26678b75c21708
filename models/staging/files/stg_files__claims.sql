-- One row per day, department and metric, as the department reported it.
with source as (
    {{ raw("files", "claims", {
        "claimed_on": "date", "department": "text", "metric": "text", "value": "numeric", "note": "text",
        "source": "text"
    }) }}
)

select
    claimed_on as claimed_date,
    department,
    metric,
    value as claimed_value,
    note,
    source as claimed_source
from source
