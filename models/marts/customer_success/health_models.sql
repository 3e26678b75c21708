-- One row per close: what its scores were learnt from, and how the model did before, or why there are no scores.
select distinct on (month)
    month,
    is_complete,
    made_at,
    as_of,
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
from {{ ref("stg_workshop__health_runs") }}
order by month, is_complete desc, made_at desc, health_run_id
