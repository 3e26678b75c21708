-- One row per followed month, user who came, and feature their account could use: adopter or not, came again or not.
{{ config(materialized="live_table") }}

with months as (
    select * from {{ ref("dim_usage_month") }}
    where is_followed
),

used as (
    select months.month, uses.user_id, uses.feature, sum(uses.uses_count) as uses_count
    from {{ ref("user_feature_day") }} as uses
    inner join months on uses.day between months.window_from_day and months.close_day
    group by months.month, uses.user_id, uses.feature
),

again as (
    select distinct months.month, days.user_id
    from {{ ref("user_day") }} as days
    inner join months on days.day > months.close_day and days.day <= months.close_day + 28
),

final as (
    select
        able.month,
        able.is_complete,
        able.feature,
        able.product,
        came.user_id,
        came.account_id,
        came.plan,
        came.country,
        came.active_days_count,
        case when used.uses_count >= able.uses_needed_count then 'Adopters' else 'Others' end as adoption,
        again.user_id as retained_user_id
    from {{ ref("feature_use_month") }} as able
    inner join {{ ref("user_usage_month") }} as came on able.month = came.month and able.account_id = came.account_id
    inner join months on able.month = months.month
    left join used on able.month = used.month and came.user_id = used.user_id and able.feature = used.feature
    left join again on able.month = again.month and came.user_id = again.user_id
)

select * from final
