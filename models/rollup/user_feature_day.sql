-- One row per user, feature and complete local day on which they used it.
{{ config(materialized="live_table") }}

with used as (
    select event_date as day, user_id, account_id, plan, country, unnest(features) as feature
    from {{ ref("fct_product_event") }}
    where features is not null and event_date < {{ first_open_day() }}
),

counted as (
    select day, user_id, account_id, plan, country, feature, count(*) as uses_count from used
    group by day, user_id, account_id, plan, country, feature
),

final as (
    select counted.*, features.product
    from counted
    inner join {{ ref("dim_feature") }} as features on counted.feature = features.feature
)

select * from final
