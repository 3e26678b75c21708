-- One row per campaign and source whose links carry it: advertised, mailed, or only seen on the web site.
{{ config(materialized="table", meta={"reference": true}) }}

with known as (
    select campaign, source, channel, platform, campaign_name, 1 as standing
    from {{ ref("int_ad_campaign") }}
    union all
    select campaign, source, 'Email', system, campaign, 2
    from {{ ref("fct_email_send") }}
    where campaign <> {{ no_campaign() }}
    union all
    select campaign, lower(source), channel, 'Web', campaign, 3
    from {{ ref("fct_web_day") }}
    where campaign <> {{ no_campaign() }}
),

final as (
    select distinct on (campaign, source)
        campaign,
        source,
        channel,
        platform,
        campaign_name
    from known
    order by campaign, source, standing, channel, campaign_name
)

select * from final
