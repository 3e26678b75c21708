-- One row per Stripe subscription or contract term in force at as_of: a year of it, from its list price to its ARR.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with in_force as (
    select * from {{ ref("fct_mrr_segment") }}
    where valid_from < {{ as_of() }} and (valid_to is null or valid_to >= {{ as_of() }})
),

rates as (
    select currency, units_per_minor, usd_per_unit as closing_rate from {{ ref("dim_exchange_rate") }}
    where day = {{ as_of_day() }}
),

sums as (
    select
        case source when 'contract' then 'files' else source end as system,
        subscription_id as record_id,
        customer_id,
        currency,
        sum(gross_minor) as gross_minor,
        sum(greatest(gross_minor - discount_minor, 0)) as discounted_minor,
        coalesce(sum(greatest(gross_minor - discount_minor, 0)) filter (where state <> 'paused'), 0) as unpaused_minor,
        coalesce(sum(greatest(gross_minor - discount_minor, 0)) filter (where state not in ('paused', 'lapsed')), 0)
            as kept_minor,
        sum(mrr_minor) as net_minor,
        count(*) as segments_count,
        bool_or(state = 'past_due') as is_past_due
    from in_force
    group by source, subscription_id, customer_id, currency
),

final as (
    select
        sums.system,
        sums.record_id,
        sums.customer_id,
        subscriptions.customer_source_id,
        subscriptions.status,
        sums.currency,
        rates.closing_rate,
        sums.segments_count,
        sums.is_past_due,
        sums.gross_minor * rates.units_per_minor * 12 as gross_local,
        round(sums.gross_minor * rates.units_per_minor * 12 * rates.closing_rate, 2) as gross_usd,
        round(sums.discounted_minor * rates.units_per_minor * 12 * rates.closing_rate, 2) as discounted_usd,
        round(sums.unpaused_minor * rates.units_per_minor * 12 * rates.closing_rate, 2) as unpaused_usd,
        round(sums.kept_minor * rates.units_per_minor * 12 * rates.closing_rate, 2) as kept_usd,
        round(sums.net_minor * rates.units_per_minor * 12 * rates.closing_rate, 2) as net_usd
    from sums
    inner join rates on sums.currency = rates.currency
    left join {{ ref("stg_stripe__subscriptions") }} as subscriptions
        on sums.system = 'stripe' and sums.record_id = subscriptions.subscription_id
)

select * from final
