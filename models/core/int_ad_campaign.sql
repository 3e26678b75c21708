-- One row per campaign of an advertising platform, with the name and source that its links carry.
-- Facebook's interface gives no link of an advertisement; by the company's rule its name begins with the campaign's.
with tagged as (
    select campaign_id, min(split_part(ad_name, ' | ', 1)) as tag
    from {{ ref("stg_facebook__ads") }}
    where ad_name like '% | %'
    group by campaign_id
),

final as (
    select
        'Google Ads' as platform,
        campaign_id,
        campaign_name,
        coalesce({{ campaign_key("utm_campaign") }}, 'google_ads/' || campaign_id) as campaign,
        coalesce(lower(utm_source), 'google') as source,
        case channel_type
            when 'SEARCH' then 'Paid Search'
            when 'DISPLAY' then 'Display'
            when 'VIDEO' then 'Paid Video'
            when 'PERFORMANCE_MAX' then 'Cross-network'
            when 'SHOPPING' then 'Paid Shopping'
            else 'Paid Other'
        end as channel
    from {{ ref("stg_google_ads__campaigns") }}
    union all
    select
        'Facebook',
        campaigns.campaign_id,
        campaigns.campaign_name,
        coalesce({{ campaign_key("tagged.tag") }}, 'facebook/' || campaigns.campaign_id),
        'facebook',
        'Paid Social'
    from {{ ref("stg_facebook__campaigns") }} as campaigns
    left join tagged on campaigns.campaign_id = tagged.campaign_id
)

select * from final
