-- One row per department and record of the system it uses: how much of its figure the record is.
select
    department,
    system,
    record_id,
    customer_id,
    amount
from {{ ref("claim_record") }}
