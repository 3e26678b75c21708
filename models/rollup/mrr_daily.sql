-- One row per complete local day: MRR at its close, summed from the changes of each customer, never from its days.
{{ config(materialized="table") }}

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
        coalesce(lead(day) over (partition by currency order by day), {{ first_open_day() }}) as next_day
    from currency_changes
),

final as (
    select
        rates.day,
        sum({{ minor_to_usd("spans.mrr_minor", "rates.units_per_minor", "rates.usd_per_unit") }}) as mrr_usd
    from spans
    inner join {{ ref("dim_exchange_rate") }} as rates
        on spans.currency = rates.currency and rates.day >= spans.day and rates.day < spans.next_day
    where rates.day < {{ first_open_day() }}
    group by rates.day
)

select * from final
