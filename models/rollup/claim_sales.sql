-- One row per record and reason: by how much Sales' ARR differs from the certified one, in US dollars.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with deals as (
    select * from {{ ref("claim_sales_deal") }}
),

of_deals as (
    select 'salesforce' as system, deals.opportunity_id as record_id, deals.customer_id, reasons.reason, reasons.amount
    from deals
    cross join lateral (
        values
        ('total_contract_value', deals.amount_usd - deals.year_usd),
        (deals.whole_reason, case when deals.whole_reason is not null then deals.year_usd end),
        (deals.rate_reason, case when deals.whole_reason is null then deals.year_usd - deals.booked_usd end)
    ) as reasons (reason, amount)
),

booked as (
    select sold_system as system, sold_record_id as record_id, customer_id, sum(booked_usd) as booked_usd
    from deals
    where whole_reason is null
    group by sold_system, sold_record_id, customer_id
),

standing as (
    select found.* from {{ ref("arr_standing") }} as found
    inner join {{ ref("claim_customer") }} as customers
        on found.customer_id = customers.customer_id and customers.is_active
),

-- Whether the CRM has an account for what is billed, and counts it.
accounts as (
    select customer_source_id, customer_id, bool_or(is_counted) as is_counted from {{ ref("claim_holder") }}
    where system = 'salesforce' and not is_excluded and not is_copy
    group by customer_source_id, customer_id
),

renewals as (
    select distinct contracts.contract_id
    from {{ ref("stg_salesforce__opportunities") }} as opportunities
    inner join {{ ref("claim_holder") }} as holders
        on holders.system = 'salesforce' and opportunities.account_id = holders.record_id
    inner join {{ ref("stg_files__contracts") }} as contracts
        on holders.customer_id = contracts.customer_id
        and contracts.start_date >= opportunities.contract_start_date
        and contracts.start_date
        < cast(opportunities.contract_start_date + make_interval(months => opportunities.term_months_count) as date)
    where opportunities.is_won and not opportunities.is_deleted and opportunities.opportunity_type = 'Renewal'
),

paired as (
    select
        coalesce(standing.system, booked.system) as system,
        coalesce(standing.record_id, booked.record_id) as record_id,
        coalesce(standing.customer_id, booked.customer_id) as customer_id,
        standing.customer_source_id,
        coalesce(booked.booked_usd, 0) as booked_usd,
        booked.record_id is not null as is_booked,
        coalesce(standing.gross_usd, 0) as gross_usd,
        coalesce(standing.discounted_usd, 0) as discounted_usd,
        coalesce(standing.unpaused_usd, 0) as unpaused_usd,
        coalesce(standing.kept_usd, 0) as kept_usd,
        coalesce(standing.net_usd, 0) as net_usd
    from standing
    full outer join booked on standing.system = booked.system and standing.record_id = booked.record_id
),

known as (
    select
        paired.*,
        case
            when renewals.contract_id is not null then 'renewal_left_out'
            when paired.is_booked or accounts.is_counted then 'change_not_booked'
            when accounts.customer_id is null then 'not_in_system'
            when customers.has_paid then 'not_typed_customer'
            else 'timing'
        end as why_not_booked
    from paired
    inner join {{ ref("claim_customer") }} as customers on paired.customer_id = customers.customer_id
    left join accounts
        on paired.customer_id = accounts.customer_id
        and paired.customer_source_id is not distinct from accounts.customer_source_id
    left join renewals on paired.system = 'files' and paired.record_id = renewals.contract_id
),

of_records as (
    select known.system, known.record_id, known.customer_id, reasons.reason, reasons.amount
    from known
    cross join lateral (
        values
        (known.why_not_booked, known.booked_usd - known.gross_usd),
        ('discount_ignored', known.gross_usd - known.discounted_usd),
        ('paused', known.discounted_usd - known.unpaused_usd),
        ('unpaid', known.unpaused_usd - known.kept_usd),
        ('trial_counted', known.kept_usd - known.net_usd)
    ) as reasons (reason, amount)
),

final as (
    select system, record_id, customer_id, reason, amount from of_deals where amount <> 0
    union all
    select system, record_id, customer_id, reason, amount from of_records where amount <> 0
)

select * from final
