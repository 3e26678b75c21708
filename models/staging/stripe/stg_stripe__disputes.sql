-- One row per Stripe dispute, as it stands now; the amount in minor units of the charge's currency.
-- Stripe says 0 where the bank takes no answer.
with source as (
    {{ stripe_objects("dispute", "disputes", {
        "id": "text", "charge": "text", "status": "text", "reason": "text", "currency": "text", "amount": "numeric",
        "evidence_details": "jsonb", "created": "timestamptz"
    }) }}
)

select
    id as dispute_id,
    charge as charge_id,
    status,
    reason,
    lower(currency) as currency,
    amount as amount_minor,
    nullif({{ json_instant("evidence_details ->> 'due_by'") }}, timestamptz 'epoch') as answer_due_at,
    created as created_at
from source
