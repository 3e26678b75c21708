-- One row per line of a finalised invoice, with its exact share of the invoice's net amount.
{{ config(materialized="sliced_table", meta={"distributed_by": "customer_id"}) }}

with lines as (
    select * from {{ ref("stg_stripe__invoice_lines") }}
    where {{ only_those("invoice_id", ref("fct_invoice")) }}
),

invoices as (
    select * from {{ ref("fct_invoice") }}
),

products as (
    select * from {{ ref("stg_stripe__products") }}
),

plans as (
    select * from {{ ref("stg_stripe__plans") }}
),

joined as (
    select
        lines.*,
        invoices.customer_id,
        invoices.status as invoice_status,
        invoices.created_at as invoiced_at,
        invoices.month,
        invoices.is_revenue,
        invoices.net_usd as invoice_net_usd,
        invoices.paid_at,
        coalesce(products.product_name, lines.product_id, 'Unknown') as product,
        coalesce(lines.plan_name, plans.plan_name, lines.plan_id, 'One-off') as plan,
        sum(lines.amount_minor) over (partition by lines.invoice_id) as invoice_lines_minor,
        sum(lines.amount_minor) over invoice_so_far as minor_so_far,
        row_number() over invoice_so_far as line_number
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    left join products on lines.product_id = products.product_id
    left join plans on lines.plan_id = plans.plan_id
    window invoice_so_far as (
        partition by lines.invoice_id order by lines.invoice_line_id rows unbounded preceding
    )
),

final as (
    select
        invoice_line_id,
        invoice_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        product,
        plan,
        usage_type,
        currency,
        quantity,
        plan_amount_minor,
        billing_interval,
        interval_count,
        is_proration,
        amount_minor,
        invoice_lines_minor,
        period_starts_at,
        period_ends_at,
        invoice_status,
        invoiced_at,
        month,
        is_revenue,
        paid_at,
        -- Running shares: each line is the difference of two rounded sums, so that lines add up to their invoice.
        case
            when invoice_lines_minor = 0 then case when line_number = 1 then invoice_net_usd else 0 end
            else
                round(invoice_net_usd * minor_so_far / invoice_lines_minor, 2)
                - round(invoice_net_usd * (minor_so_far - amount_minor) / invoice_lines_minor, 2)
        end as net_usd
    from joined
)

select * from final
