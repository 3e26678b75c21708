-- One row per department and reason: how much of its figure less the certified one it is, and in how many records.
select
    department,
    metric,
    unit,
    step,
    reason,
    reason_label,
    is_explained,
    count(*) as records_count,
    sum(amount) as amount
from {{ ref("claim_bridge") }}
group by department, metric, unit, step, reason, reason_label, is_explained
