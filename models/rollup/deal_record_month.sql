-- One row per month, list and deal (of credits: and person): open at the close, closed, opened, expected, or credited in it.
{{ config(materialized="live_table", indexes=[{"columns": ["month", "list"]}]) }}

with deals as (
    select * from {{ ref("fct_opportunity") }}
),

-- Where each deal stood at an instant of the month, and whose it was.
standing as (
    select
        instants.list,
        months.month,
        stages.opportunity_id,
        stages.stage,
        stages.forecast_category,
        stages.expected_close_date,
        stages.amount_usd,
        stages.weighted_usd,
        {{ is_stale("stages.valid_from", "months.closes_at") }} as is_stale,
        owners.rep
    from {{ ref("dim_month") }} as months
    cross join lateral (values ('open', months.closes_at), ('expected', months.opens_at)) as instants (list, at)
    inner join {{ ref("fct_opportunity_stage") }} as stages
        on stages.valid_from < instants.at and (stages.valid_to is null or stages.valid_to >= instants.at)
    inner join {{ ref("fct_opportunity_owner") }} as owners
        on stages.opportunity_id = owners.opportunity_id
        and owners.valid_from < instants.at
        and (owners.valid_to is null or owners.valid_to >= instants.at)
    where
        stages.is_open
        and (
            instants.list = 'open'
            or (stages.expected_close_date >= months.month and stages.expected_close_date < months.next_month)
        )
),

listed as (
    select
        list, month, opportunity_id, rep, stage, forecast_category, expected_close_date as listed_date, is_stale,
        amount_usd, weighted_usd, cast(null as numeric) as credited_usd
    from standing
    union all
    select
        'closed', close_month, opportunity_id, rep, stage, forecast_category, close_date, false, amount_usd,
        cast(null as numeric), cast(null as numeric)
    from deals
    where is_closed
    union all
    select
        'created', created_month, opportunity_id, rep, stage, forecast_category, {{ local_date("created_at") }}, false,
        amount_usd, cast(null as numeric), cast(null as numeric)
    from deals
    union all
    select
        'credited', credits.close_month, credits.opportunity_id, credits.rep, deals.stage, deals.forecast_category,
        deals.close_date, false, deals.amount_usd, cast(null as numeric), credits.credited_usd
    from {{ ref("fct_booking_credit") }} as credits
    inner join deals on credits.opportunity_id = deals.opportunity_id
),

final as (
    select
        listed.month,
        months.is_complete,
        listed.list,
        listed.opportunity_id as record_id,
        'salesforce' as source,
        deals.opportunity_name,
        deals.account_name,
        listed.listed_date,
        listed.stage,
        listed.forecast_category,
        listed.rep,
        deals.deal_type,
        deals.country,
        deals.lead_source,
        deals.industry,
        deals.company_size,
        deals.deal_size,
        listed.is_stale,
        deals.is_closed and deals.is_won as is_won,
        deals.is_closed,
        listed.amount_usd,
        listed.weighted_usd,
        case when deals.is_closed and deals.is_won then deals.acv_usd else 0 end as won_acv_usd,
        case
            when deals.is_closed and deals.is_won and deals.close_month = listed.month then deals.amount_usd else 0
        end as won_usd,
        listed.credited_usd,
        case when quotas.rep is null then 0 else listed.credited_usd end as credited_to_quota_usd
    from listed
    inner join {{ ref("dim_month") }} as months on listed.month = months.month
    inner join deals on listed.opportunity_id = deals.opportunity_id
    left join (select distinct month, rep from {{ ref("fct_quota_month") }}) as quotas
        on listed.month = quotas.month and listed.rep = quotas.rep
)

select * from final
