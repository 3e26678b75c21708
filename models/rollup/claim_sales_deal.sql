-- One row per won deal that Sales counts: its amount, the year of it, and what of that is the customer's at today's rate.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with rates as (
    select currency, usd_per_unit from {{ ref("dim_exchange_rate") }}
    where day = {{ as_of_day() }}
),

-- The contract in force of a customer whose deal's own contract is over.
renewed as (
    select customer_id, min(record_id) as contract_id from {{ ref("arr_standing") }}
    where system = 'files'
    group by customer_id
),

linked as (
    select
        deals.*,
        coalesce(customers.standing, 'never') as standing,
        deals.is_as_signed or sold.opportunity_id is not null as is_found,
        coalesce(deals.contract_yearly_local, sold.yearly_local) as yearly_local,
        rates.usd_per_unit,
        case when deals.contract_id is null then 'stripe' else 'files' end as sold_system,
        case
            when deals.contract_id is null then sold.subscription_id
            when deals.is_over then coalesce(renewed.contract_id, deals.contract_id)
            else deals.contract_id
        end as sold_record_id
    from {{ ref("claim_deal") }} as deals
    left join {{ ref("claim_sold") }} as sold on deals.opportunity_id = sold.opportunity_id
    left join {{ ref("claim_customer") }} as customers on deals.customer_id = customers.customer_id
    left join renewed on deals.customer_id = renewed.customer_id
    left join rates on deals.currency = rates.currency
),

yearly as (
    select
        *,
        case
            when is_as_signed and local_amount <> 0 then round(yearly_local * amount_usd / local_amount, 2)
            when contract_id is null and term_months_count > 12 then round(amount_usd * 12 / term_months_count, 2)
            else amount_usd
        end as year_usd
    from linked
),

final as (
    select
        opportunity_id,
        customer_id,
        is_excluded,
        amount_usd,
        case when is_excluded then amount_usd else year_usd end as year_usd,
        case
            when is_excluded then 'internal_account'
            when is_to_come then 'signed_not_live'
            when standing = 'never' then 'unexplained'
            when standing <> 'active' then standing
            when not is_found or usd_per_unit is null then 'unexplained'
        end as whole_reason,
        case
            when currency <> 'usd' then 'exchange_rate'
            when abs(year_usd - round(yearly_local * usd_per_unit, 2)) <= 0.5 then 'rounding'
            else 'unexplained'
        end as rate_reason,
        round(yearly_local * usd_per_unit, 2) as booked_usd,
        sold_system,
        sold_record_id
    from yearly
)

select * from final
