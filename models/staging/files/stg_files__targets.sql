-- One row per metric and month.
with source as (
    {{ raw("files", "targets", {
        "metric": "text", "month": "date", "target": "numeric"
    }) }}
)

select
    metric,
    month,
    target
from source
