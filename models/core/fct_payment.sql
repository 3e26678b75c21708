-- One row per Stripe charge of a customer that counts, succeeded or failed.
{{ config(materialized="sliced_table", meta={"distributed_by": "customer_id"}) }}

with charges as (
    select * from {{ ref("stg_stripe__charges") }}
    where created_at < {{ as_of() }} and {{ only_touched("customer_source_id", "stripe") }}
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
        charges.charge_id,
        coalesce(identities.customer_id, charges.customer_source_id) as customer_id,
        charges.invoice_id,
        charges.currency,
        charges.amount_minor,
        charges.refunded_minor,
        charges.failure_code,
        charges.status = 'succeeded' as is_paid,
        charges.status = 'failed' as is_failed,
        charges.created_at as charged_at,
        {{ local_date("charges.created_at") }} as charged_date,
        {{ minor_to_usd("charges.amount_minor", "rates.units_per_minor", "rates.usd_per_unit") }} as amount_usd,
        {{ minor_to_usd("charges.refunded_minor", "rates.units_per_minor", "rates.usd_per_unit") }} as refunded_usd
    from charges
    left join identities on charges.customer_source_id = identities.source_id
    left join rates
        on charges.currency = rates.currency and {{ local_date("charges.created_at") }} = rates.day
    where not coalesce(identities.is_excluded, false)
)

select * from final
