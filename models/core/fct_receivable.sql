-- One row per stretch of constant balance: of an invoice that is owed, a customer's credit, or a payment under dispute.
{{ config(materialized="sliced_table", meta={"distributed_by": "customer_id"}) }}

with invoices as (
    select
        *, coalesce(amount_due_minor, 0) as owed_minor, least(paid_at, voided_at, written_off_at) as settled_at
    from {{ ref("fct_invoice") }}
),

payments as (
    select * from {{ ref("fct_payment") }}
    where is_paid
),

given_back as (
    select source_id as dispute_id, min(created_at) as given_back_at
    from {{ ref("stg_stripe__balance_transactions") }}
    where transaction_type = 'adjustment' and amount_minor > 0
    group by source_id
),

-- What is owed falls with each payment and ends with the invoice.
falls as (
    select invoice_id, customer_id, finalized_at as at, owed_minor as change_minor from invoices
    where owed_minor > 0
    union all
    select payments.invoice_id, payments.customer_id, payments.charged_at, -payments.amount_minor
    from payments
    inner join invoices on payments.invoice_id = invoices.invoice_id and payments.customer_id = invoices.customer_id
    where payments.charged_at < coalesce(invoices.settled_at, 'infinity'::timestamptz)
),

balances as (
    select
        falls.invoice_id,
        falls.customer_id,
        falls.at as valid_from,
        lead(falls.at) over life as next_at,
        sum(falls.change_minor) over life as balance_minor
    from falls
    window life as (partition by falls.customer_id, falls.invoice_id order by falls.at)
),

owed as (
    select
        balances.customer_id,
        'invoice' as kind,
        balances.invoice_id as record_id,
        invoices.currency,
        invoices.due_at,
        balances.valid_from,
        coalesce(balances.next_at, invoices.settled_at) as valid_to,
        -- Of an open invoice holds what Stripe says is left, whatever was paid or credited in ways we do not see.
        case
            when balances.next_at is null and invoices.status = 'open' then invoices.amount_remaining_minor
            else balances.balance_minor
        end as balance_minor
    from balances
    inner join invoices on balances.invoice_id = invoices.invoice_id and balances.customer_id = invoices.customer_id
),

-- A total below nothing is kept for the customer, and used up by later invoices, which then ask for less than their total.
credit_changes as (
    select
        customer_id,
        currency,
        finalized_at as at,
        sum(owed_minor + credited_before_payment_minor - total_minor) as change_minor
    from invoices
    where status <> 'void'
    group by customer_id, currency, finalized_at
    having sum(owed_minor + credited_before_payment_minor - total_minor) <> 0
),

credits as (
    select
        customer_id,
        'credit' as kind,
        customer_id || ' ' || currency as record_id,
        currency,
        cast(null as timestamptz) as due_at,
        at as valid_from,
        lead(at) over life as valid_to,
        sum(change_minor) over life as balance_minor
    from credit_changes
    window life as (partition by customer_id, currency order by at)
),

disputed as (
    select
        payments.customer_id,
        'dispute' as kind,
        disputes.dispute_id as record_id,
        disputes.currency,
        cast(null as timestamptz) as due_at,
        disputes.created_at as valid_from,
        -- Stripe tells when a won one is given back, of a lost one only until when it could be answered.
        case
            when disputes.status = 'won' then coalesce(given_back.given_back_at, disputes.created_at)
            when disputes.status = 'lost' then coalesce(disputes.answer_due_at, disputes.created_at)
        end as valid_to,
        disputes.amount_minor as balance_minor
    from {{ ref("stg_stripe__disputes") }} as disputes
    inner join payments on disputes.charge_id = payments.charge_id
    left join given_back on disputes.dispute_id = given_back.dispute_id
    where disputes.created_at < {{ as_of() }} and disputes.status not like 'warning%'
),

final as (
    select * from owed
    union all
    select * from credits
    union all
    select * from disputed
)

select * from final
where balance_minor > 0 and valid_from < coalesce(valid_to, 'infinity'::timestamptz)
