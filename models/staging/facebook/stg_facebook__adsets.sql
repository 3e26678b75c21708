-- One row per ad set of Facebook, in its newest version.
with source as (
    {{ raw("facebook", "adsets", {
        "id": "text", "campaign_id": "text", "name": "text", "effective_status": "text", "daily_budget": "numeric",
        "lifetime_budget": "numeric", "start_time": "timestamptz", "end_time": "timestamptz",
        "created_time": "timestamptz", "updated_time": "timestamptz"
    }) }}
),

newest as (
    select
        *,
        row_number() over (partition by id order by updated_time desc) as age
    from source
)

select
    id as adset_id,
    campaign_id,
    name as adset_name,
    effective_status as status,
    daily_budget as daily_budget_minor,
    lifetime_budget as lifetime_budget_minor,
    start_time as started_at,
    end_time as ends_at,
    created_time as created_at,
    updated_time as updated_at
from newest
where age = 1
