-- One row per month and customer that opens or closes with MRR: which movement the month was for it.
{{ config(materialized="sliced_live_table") }}

with totals as (
    select
        month,
        customer_id,
        min(opens_at) as opens_at,
        sum(opening_minor) > 0 as has_opening,
        sum(closing_minor) > 0 as has_closing,
        sum(closing_at_opening_rate_usd) >= sum(opening_mrr_usd) as is_growth
    from {{ ref("mrr_row") }}
    group by month, customer_id
),

free_closes as (
    select month, next_month, customer_id, bool_or(is_free) as is_free
    from {{ ref("mrr_close") }}
    group by month, next_month, customer_id
),

firsts as (
    select customer_id, min(valid_from) as first_mrr_at
    from {{ ref("fct_mrr_segment") }}
    where mrr_minor > 0
    group by customer_id
),

final as (
    select
        totals.month,
        totals.customer_id,
        case
            when totals.has_opening and totals.has_closing and totals.is_growth then 'expansion'
            when totals.has_opening and totals.has_closing then 'contraction'
            when totals.has_opening and coalesce(at_close.is_free, false) then 'contraction'
            when totals.has_opening then 'churn'
            when firsts.first_mrr_at >= totals.opens_at then 'new'
            when coalesce(at_open.is_free, false) then 'expansion'
            else 'reactivation'
        end as movement
    from totals
    inner join firsts on totals.customer_id = firsts.customer_id
    left join free_closes as at_close
        on totals.month = at_close.month and totals.customer_id = at_close.customer_id
    left join free_closes as at_open
        on totals.month = at_open.next_month and totals.customer_id = at_open.customer_id
)

select * from final
