-- One row per forecast series and day.
with latest as (
    select distinct on (unique_id) *
    from {{ ref("stg_workshop__forecast_runs") }}
    order by unique_id, made_at desc, forecast_run_id
),

points as (
    select * from {{ ref("stg_workshop__forecast_values") }}
)

select
    points.unique_id,
    points.ds,
    points.yhat,
    points.lo50,
    points.hi50,
    points.lo80,
    points.hi80,
    latest.model,
    latest.model_version,
    latest.made_at,
    latest.as_of,
    latest.history_end,
    latest.horizon_days,
    latest.mase_model,
    latest.mase_naive
from latest
inner join points
    on latest.forecast_run_id = points.forecast_run_id and latest.unique_id = points.unique_id
