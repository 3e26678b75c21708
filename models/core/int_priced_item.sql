-- One row per price event of a subscription that came into force, with the discount its invoice gave.
{{ config(materialized="sliced_table", meta={"distributed_by": "customer_id"}) }}
with events as (
    select * from {{ ref("fct_price_event") }}
),

subscriptions as (
    select * from {{ ref("stg_stripe__subscriptions") }}
    where {{ only_touched("customer_source_id", "stripe") }}
),

invoices as (
    select * from {{ ref("fct_invoice") }}
),

joined as (
    select
        events.*,
        least(events.next_event_at, coalesce(subscriptions.ended_at, 'infinity'::timestamptz)) as valid_to,
        coalesce(subscriptions.ended_at < events.next_event_at, false) as is_cut_short,
        subscriptions.trial_ends_at,
        subscriptions.canceled_at,
        coalesce(invoices.coupon_duration, 'none') as coupon_duration,
        invoices.coupon_percent_off,
        invoices.percent_off,
        invoices.discount_starts_at,
        invoices.discount_ends_at,
        {{ per_month("invoices.amount_off_minor", "events.billing_interval", "events.interval_count") }}
            as amount_off_per_month,
        {{ per_month("invoices.coupon_amount_off_minor", "events.billing_interval", "events.interval_count") }}
            as coupon_per_month,
        sum(events.gross_minor) over (partition by events.invoice_id) as invoice_gross_minor
    from events
    inner join invoices on events.invoice_id = invoices.invoice_id
    left join subscriptions on events.subscription_id = subscriptions.subscription_id
    where
        not events.is_end
        and coalesce(subscriptions.status, 'active') not in ('incomplete', 'incomplete_expired')
),

final as (
    select
        price_event_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        invoice_id,
        product,
        plan,
        currency,
        valid_from,
        valid_to,
        gross_minor,
        trim_scale(case
            when percent_off is not null then gross_minor * percent_off / 100
            when amount_off_per_month is not null and invoice_gross_minor > 0
                then least(gross_minor, amount_off_per_month * gross_minor / invoice_gross_minor)
            else 0
        end) as discount_minor,
        -- A coupon that is used once takes as much off its own billing cycle, though not off MRR.
        trim_scale(case
            when coupon_duration <> 'once' then 0
            when coupon_percent_off is not null then gross_minor * coupon_percent_off / 100
            when coupon_per_month is not null and invoice_gross_minor > 0
                then least(gross_minor, coupon_per_month * gross_minor / invoice_gross_minor)
            else 0
        end) as once_minor,
        coupon_duration,
        discount_starts_at,
        discount_ends_at,
        trial_ends_at,
        is_void,
        canceled_at,
        billing_interval,
        period_ends_at,
        is_cut_short
    from joined
    where valid_from < valid_to
)

select * from final
