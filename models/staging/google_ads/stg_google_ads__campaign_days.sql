-- One row per Google Ads campaign and day of the account's time zone on which it was shown.
with source as (
    {{ raw("google_ads", "campaign_days", {
        "customer_id": "text", "campaign_id": "text", "date": "date", "impressions": "bigint", "clicks": "bigint",
        "cost_micros": "numeric", "conversions": "numeric", "conversions_value": "numeric"
    }) }}
)

select
    campaign_id,
    customer_id as account_id,
    date as spend_date,
    impressions as impression_count,
    clicks as click_count,
    cost_micros / 1000000 as spend,
    conversions as conversion_count,
    conversions_value as conversion_value
from source
