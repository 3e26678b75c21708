-- One row per month, platform, channel and campaign: what advertising cost, and what the platform says came of it.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        days.platform,
        days.channel,
        days.campaign,
        sum(days.spend_usd) as spend_usd,
        sum(days.impression_count) as impressions_count,
        sum(days.click_count) as clicks_count,
        sum(days.claimed_count) as claimed_leads_count
    from {{ ref("fct_ad_spend") }} as days
    inner join {{ ref("dim_month") }} as months on {{ month_of("days.spend_date") }} = months.month
    group by months.month, months.is_complete, days.platform, days.channel, days.campaign
)

select * from final
