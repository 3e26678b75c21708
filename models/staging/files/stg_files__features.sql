-- One row per feature of the product that somebody described.
with source as (
    {{ raw("files", "features", {
        "feature": "text", "product": "text", "uses_needed": "numeric", "launched_on": "date"
    }) }}
)

select
    feature,
    nullif(product, '') as product,
    cast(uses_needed as integer) as uses_needed_count,
    launched_on as launched_date
from source
