-- One row per month and subscription that owes at the close: since when, by the windows that policies give a debtor.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with months as (
    select month, closes_at from {{ ref("dim_month") }}
),

attempts as (
    select invoice_id, max(charged_at) as failed_at from {{ ref("fct_payment") }}
    where is_failed
    group by invoice_id
),

-- Stripe names no instant at which it marked a subscription unpaid: that is done after the last failed attempt.
marked as (
    select subscriptions.subscription_id, max(attempts.failed_at) as marked_at
    from {{ ref("stg_stripe__subscriptions") }} as subscriptions
    inner join {{ ref("fct_invoice") }} as invoices on subscriptions.subscription_id = invoices.subscription_id
    inner join attempts on invoices.invoice_id = attempts.invoice_id
    where subscriptions.status = 'unpaid' and invoices.paid_at is null
    group by subscriptions.subscription_id
),

owed as (
    select
        months.month,
        windows.subscription_id,
        bool_or(windows.kind = 'lapsed') as is_over_30_days,
        bool_or(
            windows.kind = 'lapsed' or windows.starts_at + interval '360 hours' < months.closes_at
        ) as is_over_15_days,
        bool_or(marked.marked_at < months.closes_at) as is_marked_unpaid
    from {{ ref("fct_overdue_window") }} as windows
    inner join months on windows.starts_at < months.closes_at and windows.ends_at >= months.closes_at
    left join marked on windows.subscription_id = marked.subscription_id
    group by months.month, windows.subscription_id
),

final as (
    select
        month,
        subscription_id,
        is_over_30_days,
        is_over_15_days,
        coalesce(is_marked_unpaid, false) as is_marked_unpaid
    from owed
)

select * from final
