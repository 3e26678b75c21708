-- One row per won deal that Sales counts, with the contract that it signed, if it was signed by hand.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with deals as (
    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.opportunity_type,
        opportunities.amount_usd,
        coalesce(opportunities.billing_currency, 'usd') as currency,
        coalesce(opportunities.local_amount, opportunities.amount_usd) as local_amount,
        opportunities.billing_currency is not null as has_local_amount,
        opportunities.close_date,
        opportunities.contract_start_date,
        coalesce(opportunities.term_months_count, 12) as term_months_count,
        holders.customer_id,
        holders.customer_source_id,
        holders.is_excluded
    from {{ ref("stg_salesforce__opportunities") }} as opportunities
    inner join {{ ref("claim_holder") }} as holders
        on holders.system = 'salesforce' and opportunities.account_id = holders.record_id and holders.is_counted
    where
        opportunities.is_won and not opportunities.is_deleted
        and opportunities.opportunity_type in ('New Business', 'Expansion')
),

-- The contract that begins with the deal: all its terms, and of these the one in force, else the next, else the last.
terms as (
    select
        deals.opportunity_id,
        contracts.contract_id,
        contracts.monthly_amount,
        contracts.currency,
        contracts.start_date > {{ as_of_day() }} as is_to_come,
        coalesce(contracts.end_date, {{ as_of_day() }} + 1) <= {{ as_of_day() }} as is_over,
        sum(contracts.monthly_amount * coalesce(
            extract(year from age(contracts.end_date, contracts.start_date)) * 12
            + extract(month from age(contracts.end_date, contracts.start_date)), 12
        )) over of_deal as signed_local,
        min(contracts.start_date) over of_deal = deals.contract_start_date as is_of_deal,
        row_number() over (
            partition by deals.opportunity_id
            order by
                contracts.start_date > {{ as_of_day() }},
                case when contracts.start_date > {{ as_of_day() }} then contracts.start_date end,
                contracts.start_date desc
        ) as turn
    from deals
    inner join {{ ref("stg_files__contracts") }} as contracts
        on deals.customer_id = contracts.customer_id
        and contracts.start_date >= deals.contract_start_date
        and contracts.start_date
        < cast(deals.contract_start_date + make_interval(months => deals.term_months_count) as date)
    window of_deal as (partition by deals.opportunity_id)
),

final as (
    select
        deals.*,
        terms.contract_id,
        12 * terms.monthly_amount as contract_yearly_local,
        coalesce(terms.is_to_come, false) as is_to_come,
        coalesce(terms.is_over, false) as is_over,
        coalesce(abs(deals.local_amount - terms.signed_local) <= 1 and terms.currency = deals.currency, false)
            as is_as_signed
    from deals
    left join terms on deals.opportunity_id = terms.opportunity_id and terms.turn = 1 and terms.is_of_deal
)

select * from final
