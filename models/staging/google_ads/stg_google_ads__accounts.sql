-- One row per Google Ads account.
with source as (
    {{ raw("google_ads", "customer", {
        "customer_id": "text", "descriptive_name": "text", "currency_code": "text", "time_zone": "text",
        "status": "text"
    }) }}
)

select
    customer_id as account_id,
    descriptive_name as account_name,
    lower(currency_code) as currency,
    time_zone,
    status
from source
