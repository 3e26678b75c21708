-- One row per run and input: how it is put on a scale, and what it counts.
with source as (
    {{ raw("workshop", "health_input", {
        "health_run_id": "uuid", "input": "text", "label": "text", "sense": "integer", "is_log": "boolean",
        "cap": "double precision", "center": "double precision", "spread": "double precision",
        "coefficient": "double precision", "weight": "double precision", "left_out": "text"
    }) }}
)

select
    health_run_id,
    input,
    label,
    sense,
    is_log,
    cap,
    center,
    spread,
    coefficient,
    weight,
    left_out
from source
