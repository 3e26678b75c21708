-- One row per cost of a month, in major units; the product is null where a cost belongs to none.
with source as (
    {{ raw("files", "costs", {
        "month": "date", "department": "text", "category": "text", "is_cost_of_revenue": "boolean",
        "product": "text", "currency": "text", "amount": "numeric"
    }) }}
)

select
    month,
    department,
    category,
    is_cost_of_revenue,
    nullif(product, '') as product,
    lower(currency) as currency,
    amount
from source
