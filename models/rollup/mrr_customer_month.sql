-- One row per month, customer, currency, product and plan: MRR from its opening to its closing, by movement.
{{ config(materialized="sliced_live_table", indexes=[{"columns": ["month"]}, {"columns": ["customer_id"]}]) }}

with steady as (
    select rows_of.*, cases.movement, false as is_within_month
    from {{ ref("mrr_row") }} as rows_of
    inner join {{ ref("mrr_case") }} as cases
        on rows_of.month = cases.month and rows_of.customer_id = cases.customer_id
),

within_month as (
    select peaks.*, months.is_complete, rates.opening_rate, rates.closing_rate
    from {{ ref("mrr_within_month") }} as peaks
    inner join {{ ref("dim_month") }} as months on peaks.month = months.month
    inner join {{ ref("dim_month_rate") }} as rates
        on peaks.month = rates.month and peaks.currency = rates.currency
),

moved as (
    select
        month, is_complete, customer_id, currency, product, plan, movement, is_within_month,
        opening_rate, closing_rate, opening_minor, closing_minor, committed_minor, past_due_minor,
        opening_mrr_usd,
        case when movement = 'new' then movement_usd else 0 end as new_usd,
        case when movement = 'reactivation' then movement_usd else 0 end as reactivation_usd,
        case when movement = 'expansion' then movement_usd else 0 end as expansion_usd,
        case when movement = 'contraction' then -movement_usd else 0 end as contraction_usd,
        case when movement = 'churn' then -movement_usd else 0 end as churn_usd,
        closing_mrr_usd - opening_mrr_usd - movement_usd as fx_usd,
        closing_mrr_usd, committed_mrr_usd, past_due_mrr_usd
    from steady
    union all
    select
        month, is_complete, customer_id, currency, product, plan, movement, true,
        opening_rate, closing_rate, 0, 0, 0, 0,
        0,
        case when movement = 'new' then peak_usd else 0 end,
        case when movement = 'reactivation' then peak_usd else 0 end,
        0,
        0,
        peak_usd,
        0,
        0, 0, 0
    from within_month
),

final as (
    select moved.*, coalesce(customers.country, 'Unknown') as country
    from moved
    left join {{ ref("dim_customer") }} as customers on moved.customer_id = customers.customer_id
)

select * from final
