-- One row per record of a source that MRR is made of: whose it is, from when it counts, and a digest of what it says.
with lines as (
    select * from {{ ref("fct_invoice_line") }}
    where usage_type = 'licensed' and subscription_item_id is not null
),

invoices as (
    select * from {{ ref("fct_invoice") }}
    where subscription_id is not null
),

identities as (
    select * from {{ ref("dim_identity") }}
),

subscriptions as (
    select
        subscriptions.*,
        coalesce(identities.customer_id, subscriptions.customer_source_id) as customer_id
    from {{ ref("stg_stripe__subscriptions") }} as subscriptions
    left join identities
        on subscriptions.customer_source_id = identities.source_id and identities.source = 'stripe'
    where not coalesce(identities.is_excluded, false)
),

contracts as (
    select *, row_number() over (partition by contract_id order by valid_from, valid_to) as term
    from {{ ref("int_contract") }}
),

rates as (
    select * from {{ ref("stg_files__exchange_rates") }}
    where usd_per_unit is not null
),

final as (
    select
        'line' as kind,
        invoice_line_id as record_id,
        customer_id,
        currency,
        period_starts_at as effective_at,
        md5(jsonb_build_array(
            subscription_item_id, plan, currency, quantity, plan_amount_minor, billing_interval, interval_count,
            is_proration, amount_minor < 0, period_starts_at
        )::text) as says
    from lines
    union all
    select
        'invoice',
        invoice_id,
        customer_id,
        currency,
        created_at,
        md5(jsonb_build_array(
            subscription_id, status = 'void', due_at, amount_due_minor > 0, percent_off, amount_off_minor,
            discount_starts_at, discount_ends_at
        )::text)
    from invoices
    union all
    select 'late payment', invoice_id, customer_id, currency, paid_at, md5(paid_at::text)
    from invoices
    where paid_at > due_at
    union all
    select 'end', subscription_id, customer_id, null, ended_at, md5(ended_at::text)
    from subscriptions
    where ended_at is not null
    union all
    select 'cancellation', subscription_id, customer_id, null, canceled_at, md5(canceled_at::text)
    from subscriptions
    where canceled_at is not null
    union all
    select
        'trial', subscription_id, customer_id, null, coalesce(trial_starts_at, created_at), md5(trial_ends_at::text)
    from subscriptions
    where trial_ends_at is not null
    union all
    select 'incomplete', subscription_id, customer_id, null, created_at, md5(status)
    from subscriptions
    where status in ('incomplete', 'incomplete_expired')
    union all
    select
        'contract',
        contract_id || ':' || term,
        customer_id,
        currency,
        valid_from,
        md5(jsonb_build_array(product, plan, currency, valid_from, valid_to, mrr_minor)::text)
    from contracts
    union all
    select
        'rate',
        currency || ':' || rate_date,
        null,
        currency,
        {{ local_midnight("rate_date") }},
        md5(string_agg(usd_per_unit::text, ' ' order by usd_per_unit))
    from rates
    group by currency, rate_date
    union all
    select 'identity', source || ':' || source_id, customer_id, null, '-infinity'::timestamptz, is_excluded::text
    from identities
)

select * from final
