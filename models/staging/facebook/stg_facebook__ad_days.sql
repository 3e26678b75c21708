-- One row per Facebook ad and day of the ad account's time zone on which it was shown.
with source as (
    {{ raw("facebook", "ads_insights", {
        "account_id": "text", "campaign_id": "text", "adset_id": "text", "ad_id": "text", "date_start": "date",
        "impressions": "bigint", "clicks": "bigint", "spend": "numeric", "actions": "jsonb"
    }) }}
)

select
    ad_id,
    adset_id,
    campaign_id,
    account_id,
    date_start as spend_date,
    impressions as impression_count,
    clicks as click_count,
    spend,
    coalesce((
        select sum(cast(action ->> 'value' as numeric))
        from jsonb_array_elements(actions) as action
        where action ->> 'action_type' = 'lead'
    ), 0) as lead_count
from source
