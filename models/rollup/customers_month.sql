-- One row per month and country: customers that pay at the close, and those that came, came back or left.
{{ config(materialized="live_table") }}

with customers as (
    select
        month,
        is_complete,
        customer_id,
        country,
        bool_or(closing_minor > 0) as is_active,
        bool_or(opening_minor > 0) as was_active,
        bool_or(movement = 'new') as is_new,
        bool_or(movement = 'reactivation') as is_reactivated,
        bool_or(movement = 'churn' and not is_within_month) as is_lost,
        bool_or(movement = 'churn' or is_within_month) as is_churned
    from {{ ref("mrr_customer_month") }}
    group by month, is_complete, customer_id, country
),

final as (
    select
        month,
        is_complete,
        country,
        count(*) filter (where was_active) as opening_customers_count,
        count(*) filter (where is_active) as active_customers_count,
        count(*) filter (where is_new) as new_customers_count,
        count(*) filter (where is_reactivated) as reactivated_customers_count,
        count(*) filter (where is_lost) as lost_customers_count,
        count(*) filter (where is_churned) as churned_customers_count
    from customers
    group by month, is_complete, country
)

select * from final
