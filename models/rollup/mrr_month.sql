-- One row per month, product, plan, country and currency: MRR from its opening to its closing, by movement.
{{ config(materialized="live_table") }}

with final as (
    select
        month,
        is_complete,
        product,
        plan,
        country,
        {{ region_of("country") }} as region,
        currency,
        sum(opening_mrr_usd) as opening_mrr_usd,
        sum(new_usd) as new_usd,
        sum(reactivation_usd) as reactivation_usd,
        sum(expansion_usd) as expansion_usd,
        sum(contraction_usd) as contraction_usd,
        sum(churn_usd) as churn_usd,
        sum(fx_usd) as fx_usd,
        sum(closing_mrr_usd) as closing_mrr_usd,
        sum(contraction_usd + churn_usd) as lost_usd,
        sum(committed_mrr_usd) as committed_mrr_usd,
        sum(past_due_mrr_usd) as past_due_mrr_usd
    from {{ ref("mrr_customer_month") }}
    group by month, is_complete, product, plan, country, currency
)

select * from final
