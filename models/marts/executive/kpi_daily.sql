-- One row per daily series and complete local day.
select
    unique_id,
    ds,
    y
from {{ ref("kpi_day") }}
