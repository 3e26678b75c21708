-- One row per payout from Stripe to the bank, as it stands now; in minor units.
with source as (
    {{ stripe_objects("payout", "payouts", {
        "id": "text", "status": "text", "currency": "text", "amount": "numeric", "arrival_date": "timestamptz",
        "automatic": "boolean", "failure_code": "text", "balance_transaction": "text", "created": "timestamptz"
    }) }}
)

select
    id as payout_id,
    balance_transaction as balance_transaction_id,
    status,
    lower(currency) as currency,
    amount as amount_minor,
    automatic as is_automatic,
    failure_code,
    cast(arrival_date at time zone 'UTC' as date) as arrival_date,
    created as created_at
from source
