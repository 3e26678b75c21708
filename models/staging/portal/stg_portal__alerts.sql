-- One row per alert.
with source as (
    {{ raw("portal", "alert", {
        "alert_id": "uuid", "kind": "text", "severity": "text", "metric": "text", "dimension": "text",
        "subject_date": "date", "headline": "text", "detail": "jsonb", "raised_at": "timestamptz",
        "as_of": "timestamptz", "mailed_at": "timestamptz", "acknowledged_by": "text",
        "acknowledged_at": "timestamptz"
    }) }}
)

select
    alert_id,
    kind,
    severity,
    metric,
    dimension,
    subject_date,
    headline,
    detail,
    raised_at,
    as_of,
    mailed_at,
    acknowledged_by,
    acknowledged_at
from source
