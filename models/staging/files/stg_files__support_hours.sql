-- One row per day of the week, or single day, and stretch in which support works; a single day without one is a day off.
with source as (
    {{ raw("files", "support_hours", {
        "day": "text", "opens": "text", "closes": "text", "time_zone": "text"
    }) }}
)

select
    array_position(
        array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'], day
    ) as weekday_number,
    case when day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then cast(day as date) end as single_date,
    cast(nullif(opens, '') as interval) as opens_after,
    cast(nullif(closes, '') as interval) as closes_after,
    nullif(time_zone, '') as time_zone
from source
