-- One row per record and reason: by how much Finance's ARR differs from the certified one, in US dollars.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

-- Each record's year as Finance has it, and again with one policy after the other put right, each to the cent.
with steps as (
    select
        prices.subscription_id as record_id,
        prices.customer_id,
        prices.is_excluded,
        standing.record_id is not null as is_in_force,
        round((prices.list_local + prices.usage_local + prices.tax_local) * prices.budget_rate, 2) as claimed,
        round((prices.list_local + prices.usage_local) * prices.budget_rate, 2) as untaxed,
        round(prices.list_local * prices.budget_rate, 2) as listed,
        round(standing.gross_local * prices.budget_rate, 2) as invoiced,
        standing.gross_usd,
        standing.discounted_usd,
        standing.unpaused_usd,
        standing.kept_usd,
        standing.net_usd
    from {{ ref("claim_list_price") }} as prices
    left join {{ ref("arr_standing") }} as standing
        on standing.system = 'stripe' and prices.subscription_id = standing.record_id
),

counted as (
    select 'stripe' as system, steps.record_id, steps.customer_id, reasons.reason, reasons.amount
    from steps
    cross join lateral (
        values
        ('internal_account', case when steps.is_excluded then steps.claimed end),
        ('tax_included', case when not steps.is_excluded then steps.claimed - steps.untaxed end),
        ('metered_usage_included', case when not steps.is_excluded then steps.untaxed - steps.listed end),
        ('unexplained', case when not steps.is_excluded and not steps.is_in_force then steps.listed end),
        ('timing', case when not steps.is_excluded then steps.listed - steps.invoiced end),
        ('exchange_rate', case when not steps.is_excluded then steps.invoiced - steps.gross_usd end),
        ('discount_ignored', case when not steps.is_excluded then steps.gross_usd - steps.discounted_usd end),
        ('paused', case when not steps.is_excluded then steps.discounted_usd - steps.unpaused_usd end),
        ('unpaid', case when not steps.is_excluded then steps.unpaused_usd - steps.kept_usd end),
        ('trial_counted', case when not steps.is_excluded then steps.kept_usd - steps.net_usd end)
    ) as reasons (reason, amount)
),

missing as (
    select
        standing.system,
        standing.record_id,
        standing.customer_id,
        case
            when standing.system = 'files' then 'not_in_system'
            when standing.status = 'unpaid' and standing.is_past_due then 'owed_under_30_days'
            else 'unexplained'
        end as reason,
        -standing.net_usd as amount
    from {{ ref("arr_standing") }} as standing
    left join {{ ref("claim_list_price") }} as prices on standing.record_id = prices.subscription_id
    where prices.subscription_id is null
),

final as (
    select system, record_id, customer_id, reason, amount from counted where amount <> 0
    union all
    select system, record_id, customer_id, reason, amount from missing where amount <> 0
)

select * from final
