-- One row per promise and run of the checks.
with source as (
    {{ raw("portal", "check_result", {
        "run_id": "uuid", "checked_at": "timestamptz", "dataset": "text", "check_name": "text",
        "column_name": "text", "outcome": "text", "found": "text", "expected": "text", "as_of": "timestamptz"
    }) }}
)

select
    run_id,
    checked_at,
    dataset,
    check_name,
    column_name,
    outcome,
    found,
    expected,
    as_of
from source
