-- One row per judgement of a series and day.
with source as (
    {{ raw("workshop", "anomaly", {
        "anomaly_id": "uuid", "detect_run_id": "uuid", "made_at": "timestamptz", "as_of": "timestamptz",
        "unique_id": "text", "ds": "date", "value": "double precision", "expected": "double precision",
        "lo": "double precision", "hi": "double precision", "score": "double precision", "is_anomaly": "boolean",
        "model_version": "text"
    }) }}
)

select
    anomaly_id,
    detect_run_id,
    made_at,
    as_of,
    unique_id,
    ds,
    value,
    expected,
    lo,
    hi,
    score,
    is_anomaly,
    model_version
from source
