-- One row per Stripe product.
with source as (
    {{ stripe_objects("product", "products", {"id": "text", "name": "text", "created": "timestamptz"}) }}
)

select
    id as product_id,
    name as product_name,
    created as created_at
from source
