-- One row per series and day that was judged.
select distinct on (unique_id, ds)
    unique_id,
    ds,
    value,
    expected,
    lo,
    hi,
    score,
    is_anomaly,
    model_version,
    made_at,
    as_of
from {{ ref("stg_workshop__anomalies") }}
order by unique_id, ds, made_at desc, anomaly_id
