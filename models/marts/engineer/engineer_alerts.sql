-- One row per alert.
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
from {{ ref("stg_portal__alerts") }}
