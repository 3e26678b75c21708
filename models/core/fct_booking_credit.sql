-- One row per won deal and person who is credited with a part of it.
{{ config(materialized="table", meta={"reference": true}) }}

with deals as (
    select opportunity_id, rep, amount_usd, close_month from {{ ref("fct_opportunity") }}
    where is_closed and is_won and deal_type <> 'Renewal'
),

-- Splits that divide a deal; overlays credit the same dollar a second time, and count for no quota here.
splits as (
    select
        splits.opportunity_id,
        splits.opportunity_split_id,
        splits.owner_id,
        sum(splits.credit_ratio) over (
            partition by splits.opportunity_id order by splits.opportunity_split_id
        ) as credited_so_far_ratio,
        splits.credit_ratio,
        sum(splits.credit_ratio) over (partition by splits.opportunity_id) as credited_ratio
    from {{ ref("stg_salesforce__opportunity_splits") }} as splits
    inner join {{ ref("stg_salesforce__opportunity_split_types") }} as kinds
        on splits.split_type_id = kinds.split_type_id and kinds.is_whole
    where not splits.is_deleted and splits.credit_ratio > 0 and splits.created_at < {{ as_of() }}
),

-- Differences of rounded running sums: the parts of a deal add up to it to the cent.
final as (
    select
        deals.opportunity_id,
        deals.close_month,
        coalesce(reps.user_name, 'Unknown') as rep,
        splits.credit_ratio / splits.credited_ratio as credit_ratio,
        round(deals.amount_usd * splits.credited_so_far_ratio / splits.credited_ratio, 2) - round(
            deals.amount_usd * (splits.credited_so_far_ratio - splits.credit_ratio) / splits.credited_ratio, 2
        ) as credited_usd
    from deals
    inner join splits on deals.opportunity_id = splits.opportunity_id
    left join {{ ref("stg_salesforce__users") }} as reps on splits.owner_id = reps.user_id
    union all
    select deals.opportunity_id, deals.close_month, deals.rep, 1, deals.amount_usd
    from deals
    left join splits on deals.opportunity_id = splits.opportunity_id
    where splits.opportunity_id is null
)

select * from final
