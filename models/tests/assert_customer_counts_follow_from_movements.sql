-- Who is active at the close was there before, came or came back; who is not left, or went to a free plan.
with customers as (
    select
        month,
        customer_id,
        bool_or(opening_minor > 0) as was_active,
        bool_or(closing_minor > 0) as is_active,
        min(movement) as movement,
        count(distinct movement) as movements_count
    from {{ ref("mrr_customer_month") }}
    where not is_within_month
    group by month, customer_id
)

select * from customers
where
    movements_count <> 1
    or (was_active and is_active and movement not in ('expansion', 'contraction'))
    or (was_active and not is_active and movement not in ('churn', 'contraction'))
    or (not was_active and is_active and movement not in ('new', 'reactivation', 'expansion'))
