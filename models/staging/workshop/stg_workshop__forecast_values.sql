-- One row per forecast and day.
with source as (
    {{ raw("workshop", "forecast_value", {
        "forecast_run_id": "uuid", "unique_id": "text", "ds": "date", "yhat": "numeric", "lo50": "numeric",
        "hi50": "numeric", "lo80": "numeric", "hi80": "numeric"
    }) }}
)

select
    forecast_run_id,
    unique_id,
    ds,
    yhat,
    lo50,
    hi50,
    lo80,
    hi80
from source
