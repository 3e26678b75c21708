-- One row per month and customer whose use of the product is known for its last 28 days: how much, by how many, and the trend.
{{ config(materialized="live_table", meta={"whole_build_only": true}, indexes=[{"columns": ["month", "customer_id"]}]) }}

with days as (
    select customer_id, user_id, day from {{ ref("user_day") }}
),

-- A customer is known from the first day on which one of its people was seen.
firsts as (
    select customer_id, min(day) as first_day from days
    group by customer_id
),

known as (
    select months.month, months.window_from_day, months.close_day, firsts.customer_id, firsts.first_day
    from {{ ref("dim_usage_month") }} as months
    inner join firsts on months.close_day >= firsts.first_day
),

came as (
    select
        months.month,
        days.customer_id,
        count(distinct days.day) filter (where days.day >= months.window_from_day) as active_days_count,
        count(distinct days.day) filter (where days.day < months.window_from_day) as before_days_count,
        count(distinct days.user_id) filter (where days.day >= months.window_from_day) as active_users_count
    from days
    inner join {{ ref("dim_usage_month") }} as months
        on days.day between months.window_from_day - 28 and months.close_day
    group by months.month, days.customer_id
),

breadth as (
    select
        month,
        customer_id,
        round(sum(used_features_count) / nullif(sum(able_features_count), 0), 4) as used_features_ratio
    from {{ ref("account_engagement_month") }}
    group by month, customer_id
),

final as (
    select
        known.month,
        known.customer_id,
        coalesce(came.active_days_count, 0) as active_days_count,
        case when known.first_day <= known.window_from_day - 28
            then coalesce(came.active_days_count, 0) - coalesce(came.before_days_count, 0) end as active_days_change,
        coalesce(came.active_users_count, 0) as active_users_count,
        breadth.used_features_ratio
    from known
    left join came on known.month = came.month and known.customer_id = came.customer_id
    left join breadth on known.month = breadth.month and known.customer_id = breadth.customer_id
)

select * from final
