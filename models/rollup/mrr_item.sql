-- One row per month, customer, currency, product, plan and item of a subscription (or contract): what it opens and closes with.
{{ config(materialized="sliced_live_table", indexes=[{"columns": ["customer_id"]}]) }}

with months as (
    select * from {{ ref("dim_month") }}
),

segments as (
    select * from {{ ref("fct_mrr_segment") }}
    where mrr_minor > 0
),

closes as (
    select
        months.month,
        months.next_month,
        segments.customer_id,
        segments.currency,
        segments.product,
        segments.plan,
        segments.source,
        segments.subscription_id,
        segments.subscription_item_id as record_id,
        max(segments.valid_from) as since_at,
        sum(segments.mrr_minor) as closing_minor,
        coalesce(sum(segments.mrr_minor) filter (
            where segments.canceled_at is null or segments.canceled_at >= months.closes_at), 0) as committed_minor,
        coalesce(sum(segments.mrr_minor) filter (where segments.state = 'past_due'), 0) as past_due_minor
    from segments
    inner join months
        on segments.valid_from < months.closes_at
        and (segments.valid_to is null or segments.valid_to >= months.closes_at)
    group by
        months.month, months.next_month, segments.customer_id, segments.currency, segments.product, segments.plan,
        segments.source, segments.subscription_id, segments.subscription_item_id
),

legs as (
    select
        month, customer_id, currency, product, plan, source, subscription_id, record_id, since_at,
        false as is_within_month, 0 as opening_minor, closing_minor, committed_minor, past_due_minor
    from closes
    union all
    select
        next_month, customer_id, currency, product, plan, source, subscription_id, record_id, since_at,
        false, closing_minor, 0, 0, 0
    from closes
    union all
    -- Who came and left within a month has one record there, the largest.
    select
        month, customer_id, currency, product, plan, source, subscription_id, record_id, since_at, true, 0, 0, 0, 0
    from (
        select
            months.month, segments.customer_id, segments.currency, segments.product, segments.plan, segments.source,
            segments.subscription_id, segments.subscription_item_id as record_id, segments.valid_from as since_at,
            row_number() over (
                partition by
                    months.month, segments.customer_id, segments.currency, segments.product, segments.plan
                order by segments.mrr_minor desc, segments.subscription_item_id, segments.valid_from
            ) as place
        from segments
        inner join months
            on segments.valid_from >= months.opens_at and segments.valid_to < months.closes_at
    ) as inside
    where place = 1
),

final as (
    select
        month, customer_id, currency, product, plan, source, subscription_id, record_id, is_within_month,
        max(since_at) as since_at,
        sum(opening_minor) as opening_minor,
        sum(closing_minor) as closing_minor,
        sum(committed_minor) as committed_minor,
        sum(past_due_minor) as past_due_minor
    from legs
    group by month, customer_id, currency, product, plan, source, subscription_id, record_id, is_within_month
)

select * from final
