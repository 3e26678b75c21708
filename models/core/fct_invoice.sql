-- One row per finalised Stripe invoice of a customer that counts.
{{ config(materialized="sliced_table", meta={"distributed_by": "customer_id"}) }}

with invoices as (
    select * from {{ ref("stg_stripe__invoices") }}
    where
        status in ('open', 'paid', 'uncollectible', 'void')
        and {{ only_touched("customer_source_id", "stripe") }}
),

identities as (
    select source_id, customer_id, is_excluded from {{ ref("dim_identity") }}
    where source = 'stripe'
),

rates as (
    select * from {{ ref("dim_exchange_rate") }}
),

final as (
    select
        invoices.invoice_id,
        invoices.invoice_number,
        coalesce(identities.customer_id, invoices.customer_source_id) as customer_id,
        invoices.subscription_id,
        invoices.status,
        invoices.currency,
        invoices.created_at,
        coalesce(invoices.finalized_at, invoices.created_at) as finalized_at,
        {{ month_of(local_date("coalesce(invoices.finalized_at, invoices.created_at)")) }} as month,
        coalesce(invoices.due_at, invoices.finalized_at, invoices.created_at) as due_at,
        invoices.paid_at,
        invoices.voided_at,
        invoices.written_off_at,
        invoices.total_minor,
        invoices.tax_minor,
        invoices.total_minor - invoices.tax_minor as net_minor,
        invoices.amount_due_minor,
        invoices.amount_remaining_minor,
        invoices.credited_before_payment_minor,
        {{ minor_to_usd("(invoices.total_minor - invoices.tax_minor)", "rates.units_per_minor", "rates.usd_per_unit") }}
            as net_usd,
        invoices.status <> 'void' as is_revenue,
        invoices.coupon_id,
        invoices.coupon_duration,
        invoices.percent_off as coupon_percent_off,
        invoices.amount_off_minor as coupon_amount_off_minor,
        case when invoices.coupon_duration in ('forever', 'repeating') then invoices.percent_off end as percent_off,
        case when invoices.coupon_duration in ('forever', 'repeating') then invoices.amount_off_minor end
            as amount_off_minor,
        invoices.discount_starts_at,
        invoices.discount_ends_at
    from invoices
    left join identities on invoices.customer_source_id = identities.source_id
    left join rates
        on invoices.currency = rates.currency
        and {{ local_date("coalesce(invoices.finalized_at, invoices.created_at)") }} = rates.day
    where
        not coalesce(identities.is_excluded, false)
        and coalesce(invoices.finalized_at, invoices.created_at) < {{ as_of() }}
)

select * from final
