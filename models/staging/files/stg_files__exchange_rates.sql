-- One row per currency and business day: dollars per major unit.
with source as (
    {{ raw("files", "exchange_rates", {
        "rate_date": "date", "currency": "text", "usd_per_unit": "numeric"
    }) }}
)

select
    rate_date,
    lower(currency) as currency,
    usd_per_unit
from source
