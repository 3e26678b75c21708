-- One row per Stripe refund, as a webhook told it or as its charge held it when it was loaded; in minor units.
with told as (
    {{ stripe_objects("refund", none, {
        "id": "text", "charge": "text", "status": "text", "reason": "text", "currency": "text", "amount": "numeric",
        "balance_transaction": "text", "created": "timestamptz"
    }) }}
),

charges as (
    {{ raw("stripe", "charges", {"id": "text", "refunds": "jsonb"}) }}
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

newest as (
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
