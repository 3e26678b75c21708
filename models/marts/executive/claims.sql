-- One row per department.
select
    department,
    figure,
    unit,
    claimed_value,
    certified_metric,
    how
from {{ ref("department_claim") }}
