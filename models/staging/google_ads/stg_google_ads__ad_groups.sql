-- One row per ad group of Google Ads.
with source as (
    {{ raw("google_ads", "ad_groups", {
        "ad_group_id": "text", "campaign_id": "text", "name": "text", "status": "text", "type": "text"
    }) }}
)

select
    ad_group_id,
    campaign_id,
    name as ad_group_name,
    status,
    type as ad_group_type
from source
