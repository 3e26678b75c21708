-- One row per month, customer, product and plan whose MRR moved, with the customer's name.
{{ config(materialized="sliced_live_table", indexes=[{"columns": ["month", "movement"]}]) }}

with final as (
    select
        moves.month,
        moves.is_complete,
        moves.customer_id,
        coalesce(customers.customer_name, moves.customer_id) as customer_name,
        moves.country,
        moves.product,
        moves.plan,
        moves.currency,
        case when moves.movement_usd <> 0 or moves.is_within_month then moves.movement else 'none' end as movement,
        moves.is_within_month,
        moves.opening_mrr_usd,
        moves.new_usd,
        moves.reactivation_usd,
        moves.expansion_usd,
        moves.contraction_usd,
        moves.churn_usd,
        moves.fx_usd,
        moves.closing_mrr_usd,
        moves.movement_usd
    from (
        select
            *,
            new_usd + reactivation_usd + expansion_usd - contraction_usd - churn_usd as movement_usd
        from {{ ref("mrr_customer_month") }}
    ) as moves
    left join {{ ref("dim_customer") }} as customers on moves.customer_id = customers.customer_id
    where
        moves.new_usd <> 0 or moves.reactivation_usd <> 0 or moves.expansion_usd <> 0
        or moves.contraction_usd <> 0 or moves.churn_usd <> 0 or moves.fx_usd <> 0
)

select * from final
