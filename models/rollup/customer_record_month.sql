-- One row per month and customer that opens, closes or passes through it with MRR: as what it is counted.
{{ config(materialized="sliced_live_table", indexes=[{"columns": ["month"]}]) }}

with customers as (
    select
        month,
        is_complete,
        customer_id,
        country,
        sum(opening_mrr_usd) as opening_mrr_usd,
        sum(closing_mrr_usd) as closing_mrr_usd,
        cast(bool_or(opening_minor > 0) as integer) as opening_count,
        cast(bool_or(closing_minor > 0) as integer) as active_count,
        cast(bool_or(movement = 'new') as integer) as new_count,
        cast(bool_or(movement = 'reactivation') as integer) as reactivated_count,
        cast(bool_or(movement = 'churn' and not is_within_month) as integer) as lost_count,
        cast(bool_or(movement = 'churn' or is_within_month) as integer) as churned_count
    from {{ ref("mrr_customer_month") }}
    group by month, is_complete, customer_id, country
),

systems as (
    select month, customer_id, max(source) as source from {{ ref("mrr_item_month") }}
    group by month, customer_id
),

final as (
    select
        customers.month,
        customers.is_complete,
        customers.customer_id,
        customers.customer_id as record_id,
        coalesce(systems.source, 'stripe') as source,
        coalesce(named.customer_name, customers.customer_id) as customer_name,
        customers.country,
        customers.opening_mrr_usd,
        customers.closing_mrr_usd,
        customers.opening_count,
        customers.active_count,
        customers.new_count,
        customers.reactivated_count,
        customers.lost_count,
        customers.churned_count
    from customers
    left join systems on customers.month = systems.month and customers.customer_id = systems.customer_id
    left join {{ ref("dim_customer") }} as named on customers.customer_id = named.customer_id
)

select * from final
