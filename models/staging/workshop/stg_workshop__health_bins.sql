-- One row per run and fifth of the customers it was tried on, by chance.
with source as (
    {{ raw("workshop", "health_bin", {
        "health_run_id": "uuid", "bin": "integer", "customers_count": "integer",
        "expected_ratio": "double precision", "seen_ratio": "double precision"
    }) }}
)

select
    health_run_id,
    bin,
    customers_count,
    expected_ratio,
    seen_ratio
from source
