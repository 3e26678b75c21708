-- One row per user and complete local day on which they did something: the base of who is active.
{{ config(materialized="live_table") }}

with final as (
    select
        event_date as day,
        user_id,
        account_id,
        customer_id,
        tracker,
        user_role,
        plan,
        country,
        user_created_date,
        account_created_date,
        user_id || ' ' || event_date as user_day_id,
        count(*) as events_count,
        count(duration_seconds) as sessions_count,
        coalesce(sum(duration_seconds), 0) as used_seconds
    from {{ ref("fct_product_event") }}
    where event_date < {{ first_open_day() }}
    group by
        event_date, user_id, account_id, customer_id, tracker, user_role, plan, country, user_created_date,
        account_created_date
)

select * from final
