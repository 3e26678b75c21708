-- One row per line of a bill that is not void: what it charges after the bill's coupon, and the tax on it.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with incomplete as (
    select subscription_id from {{ ref("stg_stripe__subscriptions") }}
    where status in ('incomplete', 'incomplete_expired')
),

-- A coupon and the tax are of the whole bill; each line has its part of them.
final as (
    select
        lines.invoice_line_id,
        lines.customer_id,
        lines.subscription_id,
        lines.subscription_item_id,
        lines.invoice_id,
        lines.currency,
        lines.product,
        lines.plan,
        lines.usage_type,
        lines.billing_interval,
        lines.interval_count,
        lines.month,
        lines.invoiced_at,
        lines.period_starts_at,
        lines.period_ends_at,
        invoices.total_minor as bill_total_minor,
        trim_scale(case lines.invoice_lines_minor
            when 0 then lines.amount_minor
            else lines.amount_minor * (invoices.total_minor - invoices.tax_minor) / lines.invoice_lines_minor
        end) as charge_minor,
        trim_scale(case
            when lines.invoice_lines_minor = 0 or invoices.tax_minor = 0 then 0
            else lines.amount_minor * invoices.tax_minor / lines.invoice_lines_minor
        end) as tax_minor,
        lines.amount_minor < 0 as is_credit
    from {{ ref("fct_invoice_line") }} as lines
    inner join {{ ref("fct_invoice") }} as invoices
        on lines.invoice_id = invoices.invoice_id and lines.customer_id = invoices.customer_id
    where
        lines.usage_type in ('licensed', 'metered') and lines.subscription_item_id is not null
        and lines.invoice_status <> 'void' and (lines.amount_minor <> 0 or lines.usage_type = 'metered')
        and lines.subscription_id not in (select incomplete.subscription_id from incomplete)
)

select * from final
