-- One row per day that the weather station has measured.
with source as (
    {{ raw("weather", "readings", {
        "id": "date", "measured_at": "timestamptz", "millimetres": "bigint"
    }) }}
)

select
    id as measured_on,
    measured_at,
    millimetres as rain_millimetres
from source
