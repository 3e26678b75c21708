-- One row per advertising platform and campaign of it: the first and the last day on which it cost something.
{{ config(materialized="live_table") }}

with days as (
    select * from {{ ref("fct_ad_spend") }}
    where spend_usd > 0
),

-- A platform that is loaded late has not ended its campaigns: each is held against the newest day of its own platform.
newest as (
    select platform, max(spend_date) as newest_day
    from days
    group by platform
),

spans as (
    select
        platform,
        campaign_id,
        min(channel) as channel,
        min(spend_date) as first_day,
        max(spend_date) as last_day
    from days
    group by platform, campaign_id
),

final as (
    select
        spans.platform,
        spans.campaign_id,
        coalesce(campaigns.campaign_name, spans.campaign_id) as campaign_name,
        spans.channel,
        spans.first_day,
        spans.last_day,
        spans.last_day < newest.newest_day - 7 as is_over
    from spans
    inner join newest on spans.platform = newest.platform
    left join {{ ref("int_ad_campaign") }} as campaigns
        on spans.platform = campaigns.platform and spans.campaign_id = campaigns.campaign_id
)

select * from final
