-- One row per month and price or contract in force, of what closes the month with a price or usage that some policy counts otherwise.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with refunded as (
    select distinct payments.invoice_id
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join {{ ref("fct_payment") }} as payments on refunds.charge_id = payments.charge_id
    where refunds.status <> 'failed' and refunds.created_at < {{ as_of() }}
),

-- Ended before its paid period: what was paid for a year and given back is over at once.
priced as (
    select
        items.*,
        case
            when
                items.is_cut_short and items.period_ends_at > items.valid_to
                and (items.billing_interval <> 'year' or refunded.invoice_id is null)
                then items.period_ends_at
            else items.valid_to
        end as holds_until,
        case items.coupon_duration
            when 'once' then items.period_ends_at
            else coalesce(items.discount_ends_at, 'infinity'::timestamptz)
        end as coupon_ends_at
    from {{ ref("int_priced_item") }} as items
    left join refunded on items.invoice_id = refunded.invoice_id
),

in_force as (
    select
        months.month,
        priced.customer_id,
        priced.currency,
        priced.product,
        priced.plan,
        priced.billing_interval,
        priced.gross_minor,
        priced.coupon_duration,
        case
            when priced.coupon_ends_at < months.closes_at or priced.discount_starts_at >= months.closes_at then 0
            when priced.coupon_duration = 'once' then priced.once_minor
            else priced.discount_minor
        end as coupon_minor,
        priced.is_void as is_paused,
        coalesce(priced.canceled_at < months.closes_at, false) as is_end_asked,
        priced.valid_to < months.closes_at as is_ended,
        debts.is_over_30_days,
        debts.is_over_15_days,
        debts.is_marked_unpaid
    from priced
    inner join {{ ref("dim_month") }} as months
        on priced.valid_from < months.closes_at and priced.holds_until >= months.closes_at
    left join {{ ref("policy_debt") }} as debts
        on months.month = debts.month and priced.subscription_id = debts.subscription_id
    where priced.trial_ends_at is null or priced.trial_ends_at < months.closes_at
    union all
    select
        months.month, contracts.customer_id, contracts.currency, contracts.product, contracts.plan, 'month',
        contracts.mrr_minor, 'none', 0, false, false, false, null, null, null
    from {{ ref("int_contract") }} as contracts
    inner join {{ ref("dim_month") }} as months
        on contracts.valid_from < months.closes_at
        and (contracts.valid_to is null or contracts.valid_to >= months.closes_at)
),

otherwise as (
    select month, customer_id, currency, product, plan from in_force
    where
        is_paused or is_end_asked or is_ended or is_over_15_days is not null or billing_interval in ('week', 'day')
        or (coupon_duration in ('once', 'repeating') and coupon_minor > 0)
    union
    select month, customer_id, currency, product, plan from {{ ref("policy_usage") }}
),

final as (
    select
        in_force.month,
        in_force.customer_id,
        in_force.currency,
        in_force.product,
        in_force.plan,
        in_force.billing_interval,
        in_force.gross_minor,
        in_force.coupon_duration,
        in_force.coupon_minor,
        in_force.is_paused,
        in_force.is_end_asked,
        in_force.is_ended,
        coalesce(in_force.is_over_30_days, false) as is_over_30_days,
        coalesce(in_force.is_over_15_days, false) as is_over_15_days,
        coalesce(in_force.is_marked_unpaid, false) as is_marked_unpaid
    from in_force
    inner join otherwise
        on in_force.month = otherwise.month
        and in_force.customer_id = otherwise.customer_id
        and in_force.currency = otherwise.currency
        and in_force.product = otherwise.product
        and in_force.plan = otherwise.plan
)

select * from final
