-- One row per month, channel and campaign: advertising a sales cycle earlier, and the customers it brought in the month.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with lags as (
    select month, spend_month
    from {{ ref("acquisition_month") }}
    where is_complete and lag_months is not null
),

spend as (
    select lags.month, ads.channel, ads.campaign, sum(ads.spend_usd) as spend_usd
    from {{ ref("ad_month") }} as ads
    inner join lags on ads.month = lags.spend_month
    group by lags.month, ads.channel, ads.campaign
),

brought as (
    select credits.month, credits.channel, credits.campaign, credits.customers_count, credits.new_mrr_usd
    from {{ ref("attribution_month") }} as credits
    inner join lags on credits.month = lags.month
    where credits.model = 'first touch' and credits.customers_count > 0
),

margins as (
    select month, sum(gross_profit_usd) / nullif(sum(recognized_revenue_usd), 0) as margin_ratio
    from {{ ref("revenue_month") }}
    group by month
),

joined as (
    select
        coalesce(spend.month, brought.month) as month,
        coalesce(spend.channel, brought.channel) as channel,
        coalesce(spend.campaign, brought.campaign) as campaign,
        coalesce(spend.spend_usd, 0) as spend_usd,
        coalesce(brought.customers_count, 0) as customers_count,
        12 * coalesce(brought.new_mrr_usd, 0) as revenue_usd
    from spend
    full outer join brought
        on spend.month = brought.month and spend.channel = brought.channel and spend.campaign = brought.campaign
),

final as (
    select
        joined.month,
        true as is_complete,
        joined.channel,
        joined.campaign,
        joined.spend_usd,
        joined.customers_count,
        joined.revenue_usd,
        case
            when sum(joined.spend_usd) over (partition by joined.month, joined.channel) > 0
                then joined.customers_count
            else 0
        end as paid_customers_count,
        case when joined.spend_usd > 0 then joined.revenue_usd else 0 end as paid_revenue_usd,
        round(case when joined.spend_usd > 0 then joined.revenue_usd else 0 end * margins.margin_ratio, 2)
            as paid_margin_usd
    from joined
    left join margins on joined.month = margins.month
)

select * from final
