-- One row per month, tracked account and feature that it could use: how often it did in 28 days.
{{ config(materialized="live_table", meta={"identity_only": ["fct_mrr_segment"]}) }}

with months as (
    select * from {{ ref("dim_usage_month") }}
),

accounts as (
    select account_id, customer_id, plan, country, min(day) as first_day from {{ ref("user_day") }}
    group by account_id, customer_id, plan, country
),

-- What a customer has at a close, paid for or not; what is paused, or lapsed for not being paid, is not to be used.
held as materialized (
    select distinct months.month, segments.customer_id, segments.product
    from {{ ref("fct_mrr_segment") }} as segments
    inner join months
        on segments.valid_from < months.closes_at and coalesce(segments.valid_to >= months.closes_at, true)
    where
        segments.state in ('trial', 'free', 'active', 'past_due')
        and segments.customer_id in (select accounts.customer_id from accounts)
),

holders as (
    select distinct months.month, months.is_complete, months.close_day, accounts.*
    from months
    inner join accounts on months.close_day >= accounts.first_day
    inner join held on months.month = held.month and accounts.customer_id = held.customer_id
),

able as (
    select holders.*, features.feature, features.product, features.uses_needed_count
    from holders
    inner join {{ ref("dim_feature") }} as features on features.product = 'Every product'
    where coalesce(features.launched_date <= holders.close_day, true)
    union all
    select holders.*, features.feature, features.product, features.uses_needed_count
    from holders
    inner join held on holders.month = held.month and holders.customer_id = held.customer_id
    inner join {{ ref("dim_feature") }} as features on held.product = features.product
    where coalesce(features.launched_date <= holders.close_day, true)
),

used as (
    select months.month, uses.account_id, uses.feature, sum(uses.uses_count) as uses_count
    from {{ ref("user_feature_day") }} as uses
    inner join months on uses.day between months.window_from_day and months.close_day
    group by months.month, uses.account_id, uses.feature
),

final as (
    select
        able.month,
        able.is_complete,
        able.account_id,
        able.customer_id,
        able.plan,
        able.country,
        able.feature,
        able.product,
        able.uses_needed_count,
        coalesce(used.uses_count, 0) as uses_count,
        case when used.uses_count > 0 then able.account_id end as trier_id,
        case when used.uses_count >= able.uses_needed_count then able.account_id end as adopter_id
    from able
    left join used
        on able.month = used.month and able.account_id = used.account_id and able.feature = used.feature
)

select * from final
