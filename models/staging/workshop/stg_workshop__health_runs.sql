-- One row per close scored in one run, or not scored and why.
with source as (
    {{ raw("workshop", "health_run", {
        "health_run_id": "uuid", "made_at": "timestamptz", "as_of": "timestamptz", "month": "date",
        "is_complete": "boolean", "model": "text", "model_version": "text", "reason": "text",
        "learnt_rows": "integer", "learnt_leavers": "integer", "learnt_since": "date", "learnt_until": "date",
        "trial_closes_count": "integer", "trial_since": "date", "trial_until": "date", "trial_rows": "integer",
        "trial_leavers": "integer", "auc": "double precision", "auc_low": "double precision",
        "brier": "double precision", "brier_base": "double precision", "lift": "double precision",
        "intercept": "double precision", "base_score": "numeric"
    }) }}
)

select
    health_run_id,
    made_at,
    as_of,
    month,
    is_complete,
    model,
    model_version,
    reason,
    learnt_rows,
    learnt_leavers,
    learnt_since,
    learnt_until,
    trial_closes_count,
    trial_since,
    trial_until,
    trial_rows,
    trial_leavers,
    auc,
    auc_low,
    brier,
    brier_base,
    lift,
    intercept,
    base_score
from source
