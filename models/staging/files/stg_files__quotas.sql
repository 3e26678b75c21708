-- One row per sales representative and period, in major units.
with source as (
    {{ raw("files", "quotas", {
        "rep_id": "text", "rep_name": "text", "period_start": "date", "period_end": "date", "currency": "text",
        "amount": "numeric"
    }) }}
)

select
    rep_id,
    rep_name,
    period_start as period_start_date,
    period_end as period_end_date,
    lower(currency) as currency,
    amount
from source
