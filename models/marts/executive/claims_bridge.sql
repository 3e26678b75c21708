-- One row per department, reason and record: how much of its figure less the certified one it is.
select
    department,
    metric,
    unit,
    step,
    reason,
    reason_label,
    is_explained,
    system,
    record_id,
    customer_id,
    customer_name,
    amount
from {{ ref("claim_bridge") }}
