-- Rows are stretches of office hours that begin before the one before them has ended, or do not count what it worked.
with stretches as (
    select
        *,
        lag(closes_at) over (order by opens_at) as closed_at,
        lag(worked_before_seconds) over (order by opens_at)
        + lag(extract(epoch from closes_at - opens_at)) over (order by opens_at) as worked_seconds
    from {{ ref("dim_support_hours") }}
)

select opens_at, closed_at, worked_before_seconds, worked_seconds
from stretches
where closed_at >= opens_at or closes_at <= opens_at or worked_before_seconds <> coalesce(worked_seconds, 0)
