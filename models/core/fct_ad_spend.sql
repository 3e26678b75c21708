-- One row per platform, campaign and day of its ad account: what was spent, in dollars, and what the platform says came of it.
{{ config(materialized="table", meta={"reference": true}) }}

with days as (
    select
        'Google Ads' as platform,
        days.campaign_id,
        days.spend_date,
        coalesce(accounts.currency, 'usd') as currency,
        days.spend,
        days.impression_count,
        days.click_count,
        days.conversion_count as claimed_count
    from {{ ref("stg_google_ads__campaign_days") }} as days
    left join {{ ref("stg_google_ads__accounts") }} as accounts on days.account_id = accounts.account_id
    union all
    select
        'Facebook',
        campaign_id,
        spend_date,
        'usd',
        sum(spend),
        sum(impression_count),
        sum(click_count),
        sum(lead_count)
    from {{ ref("stg_facebook__ad_days") }}
    group by campaign_id, spend_date
),

final as (
    select
        days.platform,
        days.campaign_id,
        coalesce(campaigns.campaign, days.campaign_id) as campaign,
        coalesce(campaigns.channel, 'Paid Other') as channel,
        days.spend_date,
        round(days.spend * rates.usd_per_unit, 2) as spend_usd,
        days.impression_count,
        days.click_count,
        days.claimed_count
    from days
    inner join {{ ref("dim_exchange_rate") }} as rates
        on days.currency = rates.currency and days.spend_date = rates.day
    left join {{ ref("int_ad_campaign") }} as campaigns
        on days.platform = campaigns.platform and days.campaign_id = campaigns.campaign_id
    where days.spend_date <= {{ as_of_day() }}
)

select * from final
