-- One row per Stripe invoice; amounts in minor units of its currency.
with source as (
    {{ stripe_objects("invoice", "invoices", {
        "id": "text", "customer": "text", "subscription": "text", "status": "text", "currency": "text",
        "subtotal": "numeric", "total": "numeric", "tax": "numeric", "amount_due": "numeric",
        "amount_paid": "numeric", "amount_remaining": "numeric", "created": "timestamptz",
        "due_date": "timestamptz", "billing_reason": "text", "collection_method": "text", "number": "text",
        "pre_payment_credit_notes_amount": "numeric", "post_payment_credit_notes_amount": "numeric",
        "discount": "jsonb", "status_transitions": "jsonb"
    }) }}
)

select
    id as invoice_id,
    number as invoice_number,
    customer as customer_source_id,
    subscription as subscription_id,
    status,
    lower(currency) as currency,
    subtotal as subtotal_minor,
    total as total_minor,
    coalesce(tax, 0) as tax_minor,
    amount_due as amount_due_minor,
    amount_paid as amount_paid_minor,
    amount_remaining as amount_remaining_minor,
    coalesce(pre_payment_credit_notes_amount, 0) as credited_before_payment_minor,
    coalesce(post_payment_credit_notes_amount, 0) as credited_after_payment_minor,
    billing_reason,
    collection_method,
    created as created_at,
    {{ json_instant("status_transitions ->> 'finalized_at'") }} as finalized_at,
    {{ json_instant("status_transitions ->> 'paid_at'") }} as paid_at,
    {{ json_instant("status_transitions ->> 'voided_at'") }} as voided_at,
    {{ json_instant("status_transitions ->> 'marked_uncollectible_at'") }} as written_off_at,
    due_date as due_at,
    discount #>> '{coupon,id}' as coupon_id,
    discount #>> '{coupon,duration}' as coupon_duration,
    cast(discount #>> '{coupon,percent_off}' as numeric) as percent_off,
    cast(discount #>> '{coupon,amount_off}' as numeric) as amount_off_minor,
    {{ json_instant("discount ->> 'start'") }} as discount_starts_at,
    {{ json_instant("discount ->> 'end'") }} as discount_ends_at
from source
