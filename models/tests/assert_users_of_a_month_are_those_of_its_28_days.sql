-- Rows are months in which the users by how much they came are not the users of the days.
with months as (
    select * from {{ ref("dim_usage_month") }}
),

by_day as (
    select months.month, count(distinct days.user_id) as users_count, count(*) as active_days_count
    from {{ ref("user_day") }} as days
    inner join months on days.day between months.window_from_day and months.close_day
    group by months.month
),

by_user as (
    select month, sum(users_count) as users_count, sum(active_days_count) as active_days_count
    from {{ ref("user_usage_month") }}
    group by month
)

select by_day.month
from by_day
left join by_user on by_day.month = by_user.month
where
    by_user.users_count is distinct from by_day.users_count
    or by_user.active_days_count is distinct from by_day.active_days_count
