-- One row per subscription item and instant at which an invoice set its price, or ended it (no price).
{{ config(materialized="sliced_table", meta={"distributed_by": "customer_id"}) }}

with lines as (
    select * from {{ ref("fct_invoice_line") }}
    where usage_type = 'licensed' and subscription_item_id is not null
),

-- Of several lines that start together, one that sets a price goes before one that ends it, a later before an earlier.
ranked as (
    select
        *,
        row_number() over (
            partition by subscription_item_id, period_starts_at
            order by amount_minor < 0, invoiced_at desc, invoice_line_id desc
        ) as standing
    from lines
    where amount_minor >= 0 or is_proration
),

final as (
    select
        invoice_line_id as price_event_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        invoice_id,
        period_starts_at as valid_from,
        coalesce(
            lead(period_starts_at) over (partition by subscription_item_id order by period_starts_at),
            'infinity'::timestamptz
        ) as next_event_at,
        period_ends_at,
        amount_minor < 0 as is_end,
        product,
        plan,
        currency,
        plan_amount_minor,
        quantity,
        billing_interval,
        interval_count,
        {{ per_month("plan_amount_minor * quantity", "billing_interval", "interval_count") }} as gross_minor,
        invoice_status = 'void' as is_void
    from ranked
    where standing = 1
)

select * from final
