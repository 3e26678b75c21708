-- One row per balance transaction of Stripe; in minor units of the currency that it was settled in.
with source as (
    {{ raw("stripe", "balance_transactions", {
        "id": "text", "source": "text", "type": "text", "currency": "text", "amount": "numeric", "fee": "numeric",
        "net": "numeric", "exchange_rate": "numeric", "available_on": "numeric", "description": "text",
        "created": "timestamptz"
    }) }}
)

select
    id as balance_transaction_id,
    source as source_id,
    type as transaction_type,
    lower(currency) as currency,
    amount as amount_minor,
    fee as fee_minor,
    net as net_minor,
    exchange_rate,
    description,
    to_timestamp(cast(available_on as double precision)) as available_at,
    created as created_at
from source
