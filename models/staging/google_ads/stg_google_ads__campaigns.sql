-- One row per Google Ads campaign.
with source as (
    {{ raw("google_ads", "campaigns", {
        "customer_id": "text", "campaign_id": "text", "name": "text", "status": "text", "channel_type": "text",
        "start_date_time": "text", "end_date_time": "text", "final_url_suffix": "text",
        "budget_amount_micros": "numeric"
    }) }}
)

select
    campaign_id,
    customer_id as account_id,
    name as campaign_name,
    status,
    channel_type,
    substring(final_url_suffix from 'utm_source=([^&]+)') as utm_source,
    substring(final_url_suffix from 'utm_medium=([^&]+)') as utm_medium,
    substring(final_url_suffix from 'utm_campaign=([^&]+)') as utm_campaign,
    cast(left(start_date_time, 10) as date) as start_date,
    cast(left(end_date_time, 10) as date) as end_date,
    budget_amount_micros / 1000000 as daily_budget
from source
