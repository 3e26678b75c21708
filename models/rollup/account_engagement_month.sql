-- One row per month and tracked account with a product: how engaged it is, and what of its products it has adopted.
{{ config(materialized="live_table", meta={"identity_only": ["dim_account"]}) }}

with months as (
    select * from {{ ref("dim_usage_month") }}
),

features as (
    select
        month,
        is_complete,
        account_id,
        customer_id,
        plan,
        country,
        count(*) as able_features_count,
        count(trier_id) as used_features_count,
        count(adopter_id) as adopted_features_count,
        count(distinct product) filter (where product <> 'Every product') as held_products_count,
        count(distinct product) filter (where product <> 'Every product' and adopter_id is not null)
            as adopted_products_count
    from {{ ref("feature_use_month") }}
    group by month, is_complete, account_id, customer_id, plan, country
),

came as (
    select
        months.month,
        months.close_day,
        days.account_id,
        count(distinct days.day) as active_days_count,
        count(distinct days.user_id) as active_users_count,
        months.close_day - max(days.day) as quiet_days_count
    from {{ ref("user_day") }} as days
    inner join months on days.day between months.window_from_day and months.close_day
    group by months.month, months.close_day, days.account_id
),

names as materialized (
    select account_id, account_name from {{ ref("dim_account") }}
),

scored as (
    select
        features.*,
        names.account_name,
        coalesce(came.active_days_count, 0) as active_days_count,
        coalesce(came.active_users_count, 0) as active_users_count,
        came.quiet_days_count,
        round(coalesce(30 * (28 - came.quiet_days_count) / 28.0, 0), 2) as recency_points,
        round(40 * least(coalesce(came.active_days_count, 0) / 20.0, 1), 2) as frequency_points,
        round(30.0 * features.used_features_count / features.able_features_count, 2) as breadth_points
    from features
    inner join names on features.account_id = names.account_id
    left join came on features.month = came.month and features.account_id = came.account_id
),

final as (
    select
        month,
        is_complete,
        account_id,
        account_name,
        customer_id,
        plan,
        country,
        1 as accounts_count,
        able_features_count,
        used_features_count,
        adopted_features_count,
        held_products_count,
        adopted_products_count,
        active_days_count,
        active_users_count,
        quiet_days_count,
        recency_points,
        frequency_points,
        breadth_points,
        recency_points + frequency_points + breadth_points as engagement_score,
        case
            when recency_points + frequency_points + breadth_points >= 70 then 'High'
            when recency_points + frequency_points + breadth_points >= 40 then 'Medium'
            else 'Low'
        end as engagement_level
    from scored
)

select * from final
