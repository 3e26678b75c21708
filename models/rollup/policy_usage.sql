-- One row per month and metered item: what it was last billed at the close, after its invoice's coupon, made a month.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with billed as (
    select
        *,
        coalesce(
            lead(invoiced_at) over (partition by subscription_item_id order by invoiced_at, invoice_line_id),
            'infinity'::timestamptz
        ) as next_billed_at
    from {{ ref("policy_line") }}
    where usage_type = 'metered'
),

-- An item that is billed no more counts for two of its periods at most.
final as (
    select
        months.month,
        billed.customer_id,
        billed.currency,
        billed.product,
        billed.plan,
        {{ per_month("billed.charge_minor", "billed.billing_interval", "billed.interval_count") }} as usage_minor,
        coalesce(debts.is_over_30_days, false) as is_over_30_days,
        coalesce(debts.is_over_15_days, false) as is_over_15_days,
        coalesce(debts.is_marked_unpaid, false) as is_marked_unpaid
    from billed
    left join {{ ref("stg_stripe__subscriptions") }} as subscriptions
        on billed.subscription_id = subscriptions.subscription_id
    inner join {{ ref("dim_month") }} as months
        on billed.invoiced_at < months.closes_at
        and billed.next_billed_at >= months.closes_at
        and billed.invoiced_at + 2 * (billed.period_ends_at - billed.period_starts_at) >= months.closes_at
        and (subscriptions.ended_at is null or subscriptions.ended_at >= months.closes_at)
    left join {{ ref("policy_debt") }} as debts
        on months.month = debts.month and billed.subscription_id = debts.subscription_id
)

select * from final
