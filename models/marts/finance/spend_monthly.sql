-- One row per month, department, category and product.
select
    month,
    is_complete,
    department,
    category,
    product,
    spend_usd
from {{ ref("spend_month") }}
