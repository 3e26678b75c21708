-- One row per currency and day on which MRR changed: what it is from then on, summed from the changes of customers.
{{ config(materialized="live_table") }}

with segments as (
    select * from {{ ref("fct_mrr_segment") }}
    where mrr_minor > 0 and valid_from < {{ as_of() }}
),

edges as (
    select customer_id, currency, product, plan, {{ local_date("valid_from") }} as day, mrr_minor from segments
    union all
    select customer_id, currency, product, plan, {{ local_date("valid_to") }}, -mrr_minor from segments
    where valid_to is not null
),

changes as (
    select customer_id, currency, product, plan, day, sum(mrr_minor) as change_minor
    from edges
    group by customer_id, currency, product, plan, day
),

standing as (
    select
        *,
        {{ round_minor("sum(change_minor) over so_far") }} as minor_after,
        {{ round_minor("sum(change_minor) over so_far - change_minor") }} as minor_before
    from changes
    window so_far as (partition by customer_id, currency, product, plan order by day)
),

currency_changes as (
    select currency, day, sum(minor_after - minor_before) as change_minor
    from standing
    group by currency, day
),

spans as (
    select
        currency,
        day,
        sum(change_minor) over (partition by currency order by day) as mrr_minor,
        coalesce(lead(day) over (partition by currency order by day), 'infinity'::date) as next_day
    from currency_changes
)

select currency, day, mrr_minor, next_day from spans
