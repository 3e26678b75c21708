-- One row per metric and month.
select
    metric,
    month,
    target
from {{ ref("stg_files__targets") }}
