-- One row per month and user who came in the 28 days that it closes with: how often, for how long and what for.
{{ config(materialized="live_table") }}

with months as (
    select * from {{ ref("dim_usage_month") }}
),

came as (
    select
        months.month,
        months.is_complete,
        days.user_id,
        days.account_id,
        days.user_role,
        days.plan,
        days.country,
        count(*) as active_days_count,
        sum(days.sessions_count) as sessions_count,
        sum(days.used_seconds) as used_seconds
    from {{ ref("user_day") }} as days
    inner join months on days.day between months.window_from_day and months.close_day
    group by
        months.month, months.is_complete, days.user_id, days.account_id, days.user_role, days.plan, days.country
),

used as (
    select months.month, uses.user_id, count(distinct uses.feature) as features_count
    from {{ ref("user_feature_day") }} as uses
    inner join months on uses.day between months.window_from_day and months.close_day
    group by months.month, uses.user_id
),

final as (
    select
        came.month,
        came.is_complete,
        came.user_id,
        came.account_id,
        came.user_role,
        came.plan,
        came.country,
        case when came.active_days_count >= 16 then 'Power' else 'Casual' end as usage_group,
        1 as users_count,
        case when came.active_days_count >= 16 then 1 else 0 end as power_users_count,
        came.active_days_count,
        came.sessions_count,
        round(came.used_seconds / 60.0, 2) as used_minutes,
        coalesce(used.features_count, 0) as features_count
    from came
    left join used on came.month = used.month and came.user_id = used.user_id
)

select * from final
