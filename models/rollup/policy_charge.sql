-- One row per month, kind and currency: charged for periods that hold the close, paid back of it, billed, taxed, signed by hand.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with lines as (
    select * from {{ ref("policy_line") }}
    where usage_type = 'licensed'
),

-- Each charge, bill and payment back is made a month, and rounded, by itself.
periods as (
    select
        invoice_id,
        currency,
        period_starts_at,
        period_ends_at,
        bill_total_minor,
        {{ per_month("charge_minor", "billing_interval", "interval_count") }}
        * {{ thirty_day_factor("billing_interval") }} as exact_minor
    from lines
),

paid_back as (
    select
        periods.currency,
        greatest(refunds.created_at, periods.period_starts_at) as starts_at,
        periods.period_ends_at as ends_at,
        {{ round_minor("periods.exact_minor * refunds.amount_minor / periods.bill_total_minor") }} as month_minor
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join {{ ref("fct_payment") }} as payments on refunds.charge_id = payments.charge_id
    inner join periods on payments.invoice_id = periods.invoice_id
    where refunds.status <> 'failed' and periods.bill_total_minor > 0
),

-- What an item is billed in a month. Of bills for weeks or days it is their mean, times as many as a month has.
item_months as (
    select
        subscription_item_id,
        currency,
        month,
        billing_interval,
        interval_count,
        sum(charge_minor) as charge_minor,
        sum(tax_minor) as tax_minor,
        case when billing_interval in ('week', 'day') then count(*) else 1 end as bills_count
    from lines
    where not is_credit
    group by subscription_item_id, currency, month, billing_interval, interval_count
),

shared as (
    select
        *,
        {{ per_month("1", "billing_interval", "interval_count") }} * {{ week_factor("billing_interval") }} / bills_count
            as share
    from item_months
),

billed as (
    select
        currency,
        month as first_month,
        case billing_interval
            when 'year' then cast(month + (12 * interval_count - 1) * interval '1 month' as date)
            when 'month' then cast(month + (interval_count - 1) * interval '1 month' as date)
            else month
        end as last_month,
        {{ round_minor("charge_minor * share") }} as bill_minor,
        case tax_minor when 0 then 0 else {{ round_minor("tax_minor * share") }} end as tax_minor
    from shared
),

stretches as (
    select
        'charge' as kind, currency, period_starts_at as starts_at, period_ends_at as ends_at,
        {{ round_minor("exact_minor") }} as month_minor
    from periods
    union all
    select 'refund', currency, starts_at, ends_at, month_minor from paid_back
    union all
    select
        'contract', currency, valid_from, coalesce(valid_to, 'infinity'::timestamptz), {{ round_minor("mrr_minor") }}
    from {{ ref("int_contract") }}
),

-- From the first close after its start to the last one not after its end: the months in which it is in force at the close.
spans as (
    select
        kind,
        currency,
        {{ month_of(local_date("starts_at")) }} as first_month,
        case
            when ends_at >= {{ as_of() }} then {{ month_of(as_of_day()) }}
            else cast({{ month_of(local_date("ends_at")) }} - interval '1 month' as date)
        end as last_month,
        month_minor
    from stretches
    union all
    select 'bill', currency, first_month, last_month, bill_minor from billed
    union all
    select 'tax', currency, first_month, last_month, tax_minor from billed
    where tax_minor <> 0
),

sums as (
    select kind, currency, first_month, last_month, sum(month_minor) as month_minor
    from spans
    group by kind, currency, first_month, last_month
),

standing as (
    select months.month, sums.kind, sums.currency, sum(sums.month_minor) as amount_minor
    from sums
    inner join {{ ref("dim_month") }} as months on months.month between sums.first_month and sums.last_month
    group by months.month, sums.kind, sums.currency
),

final as (
    select
        standing.month,
        standing.kind,
        standing.currency,
        standing.amount_minor,
        {{ minor_to_usd("standing.amount_minor", "rates.units_per_minor", "rates.closing_rate") }} as amount_usd
    from standing
    inner join {{ ref("dim_month_rate") }} as rates
        on standing.month = rates.month and standing.currency = rates.currency
)

select * from final
