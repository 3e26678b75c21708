-- One row per won deal that Sales counts and Stripe bills: the subscription it sold, and its price of a year then.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with deals as (
    select
        opportunity_id,
        opportunity_type,
        customer_source_id,
        currency,
        local_amount,
        close_date,
        case when has_local_amount then 0.5 * power(10::numeric, -({{ minor_exponent("currency") }})) else 0.5 end
            + 0.000001 as tolerance
    from {{ ref("claim_deal") }}
    where contract_id is null and customer_source_id is not null and not is_excluded
),

lines as (
    select
        subscriptions.customer_source_id,
        found.subscription_id,
        found.invoice_line_id,
        found.currency,
        found.period_starts_at,
        cast(found.period_starts_at at time zone 'UTC' as date) as start_date,
        12 * {{ per_month("found.plan_amount_minor * found.quantity", "found.billing_interval", "found.interval_count") }}
            * power(10::numeric, -({{ minor_exponent("found.currency") }})) as yearly_local
    from {{ ref("fct_invoice_line") }} as found
    inner join {{ ref("stg_stripe__subscriptions") }} as subscriptions
        on found.subscription_id = subscriptions.subscription_id
    where found.usage_type = 'licensed' and found.amount_minor >= 0
),

-- A new customer's price, or the free plan it began with instead.
new_business as (
    select distinct on (deals.opportunity_id)
        deals.opportunity_id,
        lines.subscription_id,
        case when lines.yearly_local = 0 then deals.local_amount else lines.yearly_local end as yearly_local
    from deals
    inner join lines
        on deals.customer_source_id = lines.customer_source_id
        and deals.currency = lines.currency
        and deals.close_date between lines.start_date - 1 and lines.start_date + 1
        and (abs(deals.local_amount - lines.yearly_local) <= deals.tolerance or lines.yearly_local = 0)
    where deals.opportunity_type = 'New Business'
    order by deals.opportunity_id, lines.yearly_local = 0, lines.period_starts_at, lines.invoice_line_id
),

changes as (
    select
        subscriptions.customer_source_id,
        events.subscription_id,
        events.price_event_id,
        events.currency,
        cast(events.valid_from at time zone 'UTC' as date) as start_date,
        12 * (events.gross_minor - lag(case when events.is_end then 0 else events.gross_minor end) over (
            partition by events.subscription_item_id order by events.valid_from
        )) * power(10::numeric, -({{ minor_exponent("events.currency") }})) as yearly_local
    from {{ ref("fct_price_event") }} as events
    inner join {{ ref("stg_stripe__subscriptions") }} as subscriptions
        on events.subscription_id = subscriptions.subscription_id
),

expansions as (
    select distinct on (deals.opportunity_id)
        deals.opportunity_id,
        changes.subscription_id,
        changes.yearly_local
    from deals
    inner join changes
        on deals.customer_source_id = changes.customer_source_id
        and deals.currency = changes.currency
        and deals.close_date between changes.start_date - 1 and changes.start_date + 1
        and abs(deals.local_amount - changes.yearly_local) <= deals.tolerance
    where deals.opportunity_type = 'Expansion' and changes.yearly_local > 0
    order by deals.opportunity_id, changes.start_date, changes.price_event_id
),

final as (
    select opportunity_id, subscription_id, yearly_local from new_business
    union all
    select opportunity_id, subscription_id, yearly_local from expansions
)

select * from final
