-- One row per month and customer that pays at its close: its discount, failed payments, and how long until the next bill.
{{ config(materialized="live_table", meta={"whole_build_only": true}, indexes=[{"columns": ["month", "customer_id"]}]) }}

with paying as (
    select paying.month, paying.customer_id, months.closes_at
    from {{ ref("health_paying_month") }} as paying
    inner join {{ ref("dim_month") }} as months on paying.month = months.month
),

discounts as (
    select
        paying.month,
        paying.customer_id,
        round(sum(segments.discount_minor) / nullif(sum(segments.gross_minor), 0), 4) as discount_ratio,
        max(case when segments.source = 'contract' then coalesce(segments.valid_to, 'infinity'::timestamptz) end)
            as contract_ends_at
    from paying
    inner join {{ ref("fct_mrr_segment") }} as segments
        on paying.customer_id = segments.customer_id
        and segments.valid_from < paying.closes_at
        and (segments.valid_to is null or segments.valid_to >= paying.closes_at)
    where segments.mrr_minor > 0
    group by paying.month, paying.customer_id
),

-- A bill that was written before the close says until when; of a subscription's several, the latest.
billed as (
    select paying.month, paying.customer_id, max(lines.period_ends_at) as billed_until
    from paying
    inner join {{ ref("fct_invoice_line") }} as lines
        on paying.customer_id = lines.customer_id
        and lines.invoiced_at < paying.closes_at
        and lines.period_ends_at >= paying.closes_at
    where lines.subscription_id is not null
    group by paying.month, paying.customer_id
),

failed as (
    select paying.month, paying.customer_id, count(*) as failed_payments_count
    from paying
    inner join {{ ref("fct_payment") }} as payments
        on paying.customer_id = payments.customer_id
        and payments.charged_at < paying.closes_at
        and payments.charged_at >= paying.closes_at - interval '90 days'
    where payments.is_failed
    group by paying.month, paying.customer_id
),

final as (
    select
        paying.month,
        paying.customer_id,
        coalesce(discounts.discount_ratio, 0) as discount_ratio,
        case when customers.stripe_record_count > 0 then coalesce(failed.failed_payments_count, 0) end
            as failed_payments_count,
        case
            when discounts.contract_ends_at = 'infinity' then 365
            when greatest(billed.billed_until, discounts.contract_ends_at) is null then null
            else least(round(cast(extract(
                epoch from greatest(billed.billed_until, discounts.contract_ends_at) - paying.closes_at
            ) as numeric) / 86400, 1), 365)
        end as renewal_days
    from paying
    left join {{ ref("dim_customer") }} as customers on paying.customer_id = customers.customer_id
    left join discounts on paying.month = discounts.month and paying.customer_id = discounts.customer_id
    left join billed on paying.month = billed.month and paying.customer_id = billed.customer_id
    left join failed on paying.month = failed.month and paying.customer_id = failed.customer_id
)

select * from final
