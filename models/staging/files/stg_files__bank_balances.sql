-- One row per account and local day, in major units.
with source as (
    {{ raw("files", "bank_balances", {
        "balance_date": "date", "account": "text", "currency": "text", "balance": "numeric"
    }) }}
)

select
    balance_date,
    account as bank_account,
    lower(currency) as currency,
    balance
from source
