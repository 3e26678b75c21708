-- One row per ad of Facebook, in its newest version.
with source as (
    {{ raw("facebook", "ads", {
        "id": "text", "campaign_id": "text", "adset_id": "text", "name": "text", "effective_status": "text",
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
    id as ad_id,
    adset_id,
    campaign_id,
    name as ad_name,
    effective_status as status,
    created_time as created_at,
    updated_time as updated_at
from newest
where age = 1
