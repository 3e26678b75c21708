-- One row per month and customer that pays at its close: what it pays, how that moved, and whether it left within three months.
{{ config(materialized="live_table", meta={"whole_build_only": true}, indexes=[{"columns": ["month", "customer_id"]}]) }}

with closes as (
    select * from {{ ref("mrr_customer_month") }}
    where closing_minor > 0
),

firsts as (
    select customer_id, min(month) as first_month from closes
    group by customer_id
),

paying as (
    select
        month,
        is_complete,
        customer_id,
        country,
        (array_agg(product order by closing_mrr_usd desc, product, plan))[1] as product,
        (array_agg(plan order by closing_mrr_usd desc, product, plan))[1] as plan,
        sum(closing_mrr_usd) as mrr_usd,
        sum(past_due_mrr_usd) as past_due_usd,
        sum(committed_minor) = 0 as is_leaving
    from closes
    group by month, is_complete, customer_id, country
),

steps as (
    select customer_id, month, sum(expansion_usd - contraction_usd) as step_usd from {{ ref("mrr_customer_month") }}
    group by customer_id, month
    having sum(expansion_usd - contraction_usd) <> 0
),

moved as (
    select paying.month, paying.customer_id, sum(steps.step_usd) as moved_usd
    from paying
    inner join steps
        on paying.customer_id = steps.customer_id
        and steps.month between cast(paying.month - interval '2 months' as date) and paying.month
    group by paying.month, paying.customer_id
),

ends as (
    select distinct customer_id, month from {{ ref("mrr_case") }}
    where movement = 'churn'
),

left_by as (
    select distinct paying.month, paying.customer_id
    from paying
    inner join ends
        on paying.customer_id = ends.customer_id
        and ends.month > paying.month
        and ends.month <= cast(paying.month + interval '3 months' as date)
),

newest as (
    select max(month) as month from {{ ref("dim_month") }}
    where is_complete
),

final as (
    select
        paying.month,
        paying.is_complete,
        paying.customer_id,
        paying.country,
        paying.product,
        paying.plan,
        paying.is_leaving,
        paying.mrr_usd,
        round(paying.past_due_usd / nullif(paying.mrr_usd, 0), 4) as past_due_ratio,
        coalesce(round(
            moved.moved_usd / nullif(greatest(paying.mrr_usd, paying.mrr_usd - moved.moved_usd), 0), 4
        ), 0) as mrr_change_ratio,
        cast(
            12 * (extract(year from paying.month) - extract(year from firsts.first_month))
            + extract(month from paying.month) - extract(month from firsts.first_month) as integer
        ) as tenure_months,
        case when newest.month >= cast(paying.month + interval '3 months' as date)
            then left_by.customer_id is not null end as has_left
    from paying
    cross join newest
    inner join firsts on paying.customer_id = firsts.customer_id
    left join moved on paying.month = moved.month and paying.customer_id = moved.customer_id
    left join left_by on paying.month = left_by.month and paying.customer_id = left_by.customer_id
)

select * from final
