-- One row per month, customer, currency, product and plan with a segment in force at the close, rounded once.
{{ config(materialized="sliced_live_table", indexes=[{"columns": ["month", "customer_id"]}]) }}

with segments as (
    select * from {{ ref("fct_mrr_segment") }}
),

months as (
    select * from {{ ref("dim_month") }}
),

final as (
    select
        months.month,
        months.next_month,
        segments.customer_id,
        segments.currency,
        segments.product,
        segments.plan,
        {{ round_minor("sum(segments.mrr_minor)") }} as closing_minor,
        {{ round_minor("coalesce(sum(segments.mrr_minor) filter (
            where segments.canceled_at is null or segments.canceled_at >= months.closes_at), 0)") }} as committed_minor,
        {{ round_minor("coalesce(sum(segments.mrr_minor) filter (where segments.state = 'past_due'), 0)") }}
            as past_due_minor,
        bool_or(segments.state = 'free') as is_free
    from segments
    inner join months
        on segments.valid_from < months.closes_at
        and (segments.valid_to is null or segments.valid_to >= months.closes_at)
    group by
        months.month, months.next_month, segments.customer_id, segments.currency, segments.product, segments.plan
)

select * from final
