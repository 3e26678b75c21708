-- One row per month, channel and campaign: people who became leads, by what brought them, and whether the channel was paid.
{{ config(materialized="live_table") }}

with leads as (
    select {{ month_of(local_date("lead_at")) }} as month, channel, campaign, count(*) as leads_count
    from {{ ref("dim_person") }}
    where lead_at is not null
    group by 1, 2, 3
),

paid as (
    select month, channel
    from {{ ref("ad_month") }}
    group by month, channel
    having sum(spend_usd) > 0
),

final as (
    select
        months.month,
        months.is_complete,
        leads.channel,
        leads.campaign,
        leads.leads_count,
        case when paid.month is not null then leads.leads_count else 0 end as paid_leads_count
    from leads
    inner join {{ ref("dim_month") }} as months on leads.month = months.month
    left join paid on leads.month = paid.month and leads.channel = paid.channel
)

select * from final
