-- One row per month, customer, currency, product and plan that opens or closes with MRR, in dollars at both rates.
{{ config(materialized="sliced_live_table") }}

with closes as (
    select * from {{ ref("mrr_close") }}
    where closing_minor > 0
),

months as (
    select * from {{ ref("dim_month") }}
),

rates as (
    select * from {{ ref("dim_month_rate") }}
),

legs as (
    select month, customer_id, currency, product, plan, 0 as opening_minor, closing_minor, committed_minor, past_due_minor
    from closes
    union all
    select next_month, customer_id, currency, product, plan, closing_minor, 0, 0, 0
    from closes
),

paired as (
    select
        month,
        customer_id,
        currency,
        product,
        plan,
        sum(opening_minor) as opening_minor,
        sum(closing_minor) as closing_minor,
        sum(committed_minor) as committed_minor,
        sum(past_due_minor) as past_due_minor
    from legs
    group by month, customer_id, currency, product, plan
),

final as (
    select
        paired.*,
        months.is_complete,
        months.opens_at,
        rates.opening_rate,
        rates.closing_rate,
        {{ minor_to_usd("paired.opening_minor", "rates.units_per_minor", "rates.opening_rate") }} as opening_mrr_usd,
        {{ minor_to_usd("paired.closing_minor", "rates.units_per_minor", "rates.closing_rate") }} as closing_mrr_usd,
        {{ minor_to_usd("paired.committed_minor", "rates.units_per_minor", "rates.closing_rate") }}
            as committed_mrr_usd,
        {{ minor_to_usd("paired.past_due_minor", "rates.units_per_minor", "rates.closing_rate") }} as past_due_mrr_usd,
        {{ minor_to_usd("(paired.closing_minor - paired.opening_minor)", "rates.units_per_minor",
            "rates.opening_rate") }} as movement_usd,
        {{ minor_to_usd("paired.closing_minor", "rates.units_per_minor", "rates.opening_rate") }}
            as closing_at_opening_rate_usd
    from paired
    inner join months on paired.month = months.month
    inner join rates on paired.month = rates.month and paired.currency = rates.currency
)

select * from final
