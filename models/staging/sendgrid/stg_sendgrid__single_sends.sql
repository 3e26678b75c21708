-- One row per single send of Marketing Campaigns.
with source as (
    {{ raw("sendgrid", "singlesends", {
        "id": "text", "name": "text", "status": "text", "categories": "jsonb", "is_abtest": "boolean",
        "abtest": "jsonb", "send_at": "timestamptz", "created_at": "timestamptz", "updated_at": "timestamptz"
    }) }}
)

select distinct
    id as single_send_id,
    name as single_send_name,
    status,
    categories,
    coalesce(is_abtest, false) as is_test,
    nullif(abtest ->> 'winning_template_id', '') as winning_variation_id,
    send_at as sent_at,
    created_at,
    updated_at
from source
