-- One row per month, line and currency of the budget, in major units.
with source as (
    {{ raw("files", "budget", {
        "month": "date", "line": "text", "currency": "text", "amount": "numeric"
    }) }}
)

select
    month,
    line as budget_line,
    lower(currency) as currency,
    amount
from source
