-- One row per promise, by its latest check.
select distinct on (dataset, check_name, column_name)
    dataset,
    check_name,
    column_name,
    outcome,
    found,
    expected,
    checked_at,
    as_of,
    run_id
from {{ ref("stg_portal__check_results") }}
order by dataset, check_name, column_name, checked_at desc, run_id
