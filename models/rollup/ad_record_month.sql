-- One row per month, platform, campaign and day of its ad account: what was spent, and what the platform says came of it.
{{ config(materialized="live_table", indexes=[{"columns": ["month"]}]) }}

with final as (
    select
        months.month,
        months.is_complete,
        days.campaign_id as record_id,
        case days.platform when 'Facebook' then 'facebook' else 'google_ads' end as source,
        days.spend_date,
        days.platform,
        days.channel,
        days.campaign,
        days.spend_usd,
        days.impression_count as impressions_count,
        days.click_count as clicks_count,
        days.claimed_count as claimed_leads_count
    from {{ ref("fct_ad_spend") }} as days
    inner join {{ ref("dim_month") }} as months on {{ month_of("days.spend_date") }} = months.month
)

select * from final
