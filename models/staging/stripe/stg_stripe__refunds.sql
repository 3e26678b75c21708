-- One row per Stripe refund, as a webhook told it or as its charge held it when it was loaded, or of what a charge only says
-- was paid back in all; in minor units.
with told as (
    {{ stripe_objects("refund", none, {
        "id": "text", "charge": "text", "status": "text", "reason": "text", "currency": "text", "amount": "numeric",
        "balance_transaction": "text", "created": "timestamptz"
    }) }}
),

charges as (
    {{ raw("stripe", "charges", {
        "id": "text", "refunds": "jsonb", "currency": "text", "amount_refunded": "numeric", "created": "timestamptz",
        "updated": "timestamptz"
    }) }}
),

held as (
    select
        refund.body ->> 'id' as id,
        coalesce(refund.body ->> 'charge', charges.id) as charge,
        refund.body ->> 'status' as status,
        refund.body ->> 'reason' as reason,
        refund.body ->> 'currency' as currency,
        cast(refund.body ->> 'amount' as numeric) as amount,
        refund.body ->> 'balance_transaction' as balance_transaction,
        {{ json_instant("refund.body ->> 'created'") }} as created
    from charges
    cross join lateral jsonb_array_elements({{ json_list("charges.refunds") }}) as refund (body)
),

known as (
    select
        id,
        charge,
        status,
        reason,
        currency,
        amount,
        balance_transaction,
        created
    from told
    union all
    select
        id,
        charge,
        status,
        reason,
        currency,
        amount,
        balance_transaction,
        created
    from held
    where not exists (select 1 from told where told.id = held.id)
),

-- Loaded again after a refund, a charge comes without the list: how much it is, and that it was when the charge changed.
unlisted as (
    select
        charges.id || ':refunded' as id,
        charges.id as charge,
        'succeeded' as status,
        cast(null as text) as reason,
        charges.currency,
        charges.amount_refunded - coalesce(listed.amount, 0) as amount,
        cast(null as text) as balance_transaction,
        coalesce(charges.updated, charges.created) as created
    from charges
    left join (
        select charge, sum(amount) as amount from known
        group by charge
    ) as listed on charges.id = listed.charge
    where charges.amount_refunded > coalesce(listed.amount, 0)
),

newest as (
    select * from known
    union all
    select * from unlisted
)

select
    id as refund_id,
    charge as charge_id,
    balance_transaction as balance_transaction_id,
    status,
    reason,
    lower(currency) as currency,
    amount as amount_minor,
    created as created_at
from newest
