-- One row per event of an e-mail: sent, delivered, opened, clicked, bounced …
with source as (
    {{ raw("hubspot", "email_events", {
        "id": "text", "type": "text", "recipient": "text", "emailCampaignId": "text", "filteredEvent": "boolean",
        "url": "text", "response": "text", "created": "timestamptz"
    }) }}
)

select
    id as event_id,
    type as event_type,
    lower(trim(recipient)) as email,
    emailcampaignid as email_campaign_id,
    coalesce(filteredevent, false) as is_filtered,
    url,
    substring(url from '[?&]utm_campaign=([^&#]*)') as utm_campaign,
    response,
    created as occurred_at
from source
