-- One row per Stripe coupon; an amount off is in minor units and per billing cycle.
with source as (
    {{ stripe_objects("coupon", "coupons", {
        "id": "text", "name": "text", "duration": "text", "duration_in_months": "integer", "percent_off": "numeric",
        "amount_off": "numeric", "currency": "text", "valid": "boolean", "created": "timestamptz"
    }) }}
)

select
    id as coupon_id,
    name as coupon_name,
    duration as coupon_duration,
    duration_in_months as duration_months,
    percent_off,
    amount_off as amount_off_minor,
    lower(currency) as currency,
    valid as is_valid,
    created as created_at
from source
