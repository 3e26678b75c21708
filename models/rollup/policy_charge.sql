-- One row per month and what was charged, billed, used or paid back, for policies that look at these; without tax but for tax itself.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with lines as (
    select
        lines.*,
        coalesce(subscriptions.ended_at, 'infinity'::timestamptz) as ended_at,
        invoices.month as billed_month,
        invoices.net_minor,
        invoices.total_minor,
        sum(lines.amount_minor) over (partition by lines.invoice_id) as subtotal_minor
    from {{ ref("fct_invoice_line") }} as lines
    inner join {{ ref("fct_invoice") }} as invoices on lines.invoice_id = invoices.invoice_id
    left join {{ ref("stg_stripe__subscriptions") }} as subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    where
        invoices.status <> 'void'
        and coalesce(subscriptions.status, 'active') not in ('incomplete', 'incomplete_expired')
),

-- What a line comes to after its invoice's coupon, and the tax on it.
charged as (
    select
        *,
        case subtotal_minor when 0 then amount_minor else amount_minor * net_minor / subtotal_minor end as charge_minor,
        case subtotal_minor when 0 then 0 else amount_minor * (total_minor - net_minor) / subtotal_minor end as tax_minor
    from lines
    where subscription_item_id is not null and usage_type in ('licensed', 'metered')
),

periods as (
    select
        *,
        {{ per_month("charge_minor", "billing_interval", "interval_count") }} * {{ thirty_day_factor("billing_interval") }}
            as thirty_day_minor
    from charged
    where usage_type = 'licensed'
),

paid_back as (
    select payments.invoice_id, refunds.created_at, refunds.amount_minor
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join {{ ref("fct_payment") }} as payments on refunds.charge_id = payments.charge_id
    where refunds.status <> 'failed'
),

used as (
    select
        *,
        least(
            coalesce(
                lead(invoiced_at) over (partition by subscription_item_id order by invoiced_at, invoice_line_id),
                'infinity'::timestamptz
            ),
            ended_at,
            invoiced_at + 2 * (period_ends_at - period_starts_at)
        ) as used_until,
        {{ per_month("charge_minor", "billing_interval", "interval_count") }} as usage_minor
    from charged
    where usage_type = 'metered'
),

billed as (
    select
        *,
        case billing_interval
            when 'year' then 12 * interval_count when 'month' then interval_count else 1
        end as months_billed,
        -- A bill for weeks or days: the mean of the month's bills, times as many as a month has.
        case
            when billing_interval in ('week', 'day')
                then
                    {{ per_month("1", "billing_interval", "interval_count") }} * {{ week_factor("billing_interval") }}
                    / count(*) over (partition by subscription_item_id, billed_month)
            when billing_interval = 'year' then 1.0 / (12 * interval_count)
            else 1.0 / interval_count
        end as share
    from charged
    where usage_type = 'licensed' and amount_minor >= 0
),

final as (
    select
        months.month, customer_id, subscription_id, currency, product, plan, 'charge' as part,
        thirty_day_minor as amount_minor
    from periods
    inner join {{ ref("dim_month") }} as months
        on periods.period_starts_at < months.closes_at and periods.period_ends_at >= months.closes_at
    union all
    select
        months.month, customer_id, subscription_id, currency, product, plan, 'refund',
        -thirty_day_minor * paid_back.amount_minor / periods.total_minor
    from periods
    inner join paid_back on periods.invoice_id = paid_back.invoice_id
    inner join {{ ref("dim_month") }} as months
        on paid_back.created_at < months.closes_at and periods.period_starts_at < months.closes_at
        and periods.period_ends_at >= months.closes_at
    where periods.total_minor > 0
    union all
    select months.month, customer_id, subscription_id, currency, product, plan, 'usage', usage_minor
    from used
    inner join {{ ref("dim_month") }} as months
        on used.invoiced_at < months.closes_at and used.used_until >= months.closes_at
    union all
    select months.month, customer_id, subscription_id, currency, product, plan, parts.part, parts.amount * billed.share
    from billed
    inner join {{ ref("dim_month") }} as months
        on billed.billed_month <= months.month
        and months.month < billed.billed_month + months_billed * interval '1 month'
    cross join lateral (values ('bill', billed.charge_minor), ('tax', billed.tax_minor)) as parts (part, amount)
    where parts.amount <> 0
)

select * from final
