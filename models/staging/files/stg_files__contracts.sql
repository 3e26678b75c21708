-- One row per term of a hand-signed contract, in major units per month; no end date: open.
with source as (
    {{ raw("files", "contracts", {
        "contract_id": "text", "customer_id": "text", "start_date": "date", "end_date": "date",
        "monthly_amount": "numeric", "currency": "text", "product": "text", "plan": "text", "country": "text"
    }) }}
)

select
    contract_id,
    customer_id,
    start_date,
    end_date,
    monthly_amount,
    lower(currency) as currency,
    product,
    plan,
    upper(country) as country
from source
