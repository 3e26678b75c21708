-- One row per forecast of one series.
with source as (
    {{ raw("workshop", "forecast_run", {
        "forecast_run_id": "uuid", "made_at": "timestamptz", "as_of": "timestamptz", "unique_id": "text",
        "model": "text", "model_version": "text", "history_start": "date", "history_end": "date",
        "horizon_days": "integer", "mase_model": "double precision", "mase_naive": "double precision"
    }) }}
)

select
    forecast_run_id,
    made_at,
    as_of,
    unique_id,
    model,
    model_version,
    history_start,
    history_end,
    horizon_days,
    mase_model,
    mase_naive
from source
