-- One row per month and price of a subscription item or contract in force at the close, or until its paid period ends.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with events as (
    select * from {{ ref("fct_price_event") }}
),

sums as (
    select invoice_id, sum(gross_minor) as invoice_gross_minor from events
    where not is_end
    group by invoice_id
),

refunded as (
    select distinct payments.invoice_id
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join {{ ref("fct_payment") }} as payments on refunds.charge_id = payments.charge_id
    where refunds.status <> 'failed' and refunds.created_at < {{ as_of() }}
),

priced as (
    select
        items.*,
        events.billing_interval,
        coalesce(invoices.coupon_duration, 'none') as discount_duration,
        lines.period_ends_at,
        -- Ended before its paid period: what was paid for a year and given back is over at once.
        case
            when
                events.next_event_at > items.valid_to and lines.period_ends_at > items.valid_to
                and (events.billing_interval <> 'year' or refunded.invoice_id is null)
                then least(lines.period_ends_at, events.next_event_at)
            else items.valid_to
        end as holds_until,
        case
            when invoices.coupon_percent_off is not null
                then events.gross_minor * invoices.coupon_percent_off / 100
            when invoices.coupon_amount_off_minor is not null and sums.invoice_gross_minor > 0
                then least(events.gross_minor, {{ per_month(
                    "invoices.coupon_amount_off_minor", "events.billing_interval", "events.interval_count"
                ) }} * events.gross_minor / sums.invoice_gross_minor)
            else 0
        end as once_minor
    from {{ ref("int_priced_item") }} as items
    inner join events on items.price_event_id = events.price_event_id
    inner join {{ ref("fct_invoice") }} as invoices on items.invoice_id = invoices.invoice_id
    inner join {{ ref("fct_invoice_line") }} as lines on items.price_event_id = lines.invoice_line_id
    left join sums on items.invoice_id = sums.invoice_id
    left join refunded on items.invoice_id = refunded.invoice_id
),

in_force as (
    select
        priced.*,
        months.month,
        months.closes_at,
        case
            when priced.discount_duration = 'once' then priced.once_minor else priced.discount_minor
        end as coupon_minor,
        case
            when priced.discount_duration = 'once' then priced.period_ends_at
            else coalesce(priced.discount_ends_at, 'infinity'::timestamptz)
        end as coupon_ends_at
    from priced
    inner join {{ ref("dim_month") }} as months
        on priced.valid_from < months.closes_at and priced.holds_until >= months.closes_at
    where priced.trial_ends_at is null or priced.trial_ends_at < months.closes_at
),

final as (
    select
        month, customer_id, subscription_id, currency, product, plan, 'price' as part, billing_interval,
        gross_minor as amount_minor,
        discount_duration,
        case
            when coupon_ends_at < closes_at or discount_starts_at >= closes_at then 0 else coupon_minor
        end as discount_minor,
        is_void as is_paused,
        coalesce(canceled_at < closes_at, false) as is_end_asked,
        valid_to < closes_at as is_ended
    from in_force
    union all
    select
        months.month, contracts.customer_id, contracts.contract_id, contracts.currency, contracts.product,
        contracts.plan, 'contract', 'month', contracts.mrr_minor, 'none', 0, false, false, false
    from {{ ref("int_contract") }} as contracts
    inner join {{ ref("dim_month") }} as months
        on contracts.valid_from < months.closes_at
        and (contracts.valid_to is null or contracts.valid_to >= months.closes_at)
)

select * from final
