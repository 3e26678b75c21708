-- One row per Facebook campaign.
with source as (
    {{ raw("facebook", "campaigns", {
        "id": "text", "account_id": "text", "name": "text", "objective": "text", "effective_status": "text",
        "start_time": "timestamptz", "updated_time": "timestamptz"
    }) }}
)

select
    id as campaign_id,
    account_id,
    name as campaign_name,
    objective,
    effective_status as status,
    start_time as started_at,
    updated_time as updated_at
from source
