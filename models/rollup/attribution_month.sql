-- One row per month, rule of attribution, channel and campaign: deals, customers and new MRR credited to it.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with credits as (
    select credits.*, deals.customer_id, deals.created_month, deals.close_month, deals.is_won, deals.is_first_won
    from {{ ref("fct_attribution") }} as credits
    inner join {{ ref("fct_conversion") }} as deals on credits.opportunity_id = deals.opportunity_id
),

won as (
    select month, customer_id, sum(new_usd) * 100 as cents
    from {{ ref("mrr_customer_month") }}
    where movement = 'new'
    group by month, customer_id
),

-- A customer's new MRR follows the credits of the deal that won it, in whole cents.
shared as (
    select
        won.month,
        won.customer_id,
        won.cents,
        models.model,
        coalesce(credits.channel, {{ unattributed() }}) as channel,
        coalesce(credits.campaign, {{ unattributed() }}) as campaign,
        coalesce(credits.place, 1) as place,
        coalesce(credits.credit_millionths, 1000000) as credit_millionths,
        won.cents * coalesce(credits.credit_millionths, 1000000) / 1000000 as exact_cents
    from won
    cross join (values ('{{ attribution_models() | join("'), ('") }}')) as models (model)
    left join credits
        on won.customer_id = credits.customer_id and models.model = credits.model and credits.is_first_won
),

counted as (
    select
        created_month as month,
        model,
        channel,
        campaign,
        credit_millionths as deals_created,
        0 as deals_won,
        0 as customers,
        0 as cents
    from credits
    union all
    select close_month, model, channel, campaign, 0, credit_millionths, 0, 0
    from credits
    where is_won
    union all
    select
        month,
        model,
        channel,
        campaign,
        0,
        0,
        credit_millionths,
        {{ largest_remainder("exact_cents", "cents", "month, customer_id, model", "place") }}
    from shared
),

final as (
    select
        months.month,
        months.is_complete,
        counted.model,
        counted.channel,
        counted.campaign,
        round(sum(counted.deals_created) / 1000000, 6) as created_deals_count,
        round(sum(counted.deals_won) / 1000000, 6) as won_deals_count,
        round(sum(counted.customers) / 1000000, 6) as customers_count,
        round(sum(counted.cents) / 100, 2) as new_mrr_usd
    from counted
    inner join {{ ref("dim_month") }} as months on counted.month = months.month
    group by months.month, months.is_complete, counted.model, counted.channel, counted.campaign
)

select * from final
