-- One row per month, list and line of an invoice (or contract): what was invoiced in the month, or served in it.
{{ config(materialized="live_table", indexes=[{"columns": ["month", "list"]}]) }}

with months as (
    select * from {{ ref("dim_month") }}
),

lines as (
    select
        *,
        extract(epoch from period_ends_at - period_starts_at) as period_seconds
    from {{ ref("fct_invoice_line") }}
),

paid as (
    select * from lines
    where invoice_status = 'paid' and net_usd <> 0
),

listed as (
    select
        'invoiced' as list, month, invoice_line_id as record_id, 'stripe' as source, invoice_id, customer_id, product,
        plan, currency, {{ local_date("invoiced_at") }} as record_date, net_usd as amount_usd
    from lines
    where is_revenue
    union all
    select
        'invoiced', invoices.month, invoices.invoice_id, 'stripe', invoices.invoice_id, invoices.customer_id, 'Unknown',
        'Unknown', invoices.currency, {{ local_date("invoices.created_at") }}, invoices.net_usd
    from {{ ref("fct_invoice") }} as invoices
    left join {{ ref("fct_invoice_line") }} as lines_of
        on invoices.customer_id = lines_of.customer_id and invoices.invoice_id = lines_of.invoice_id
    where invoices.is_revenue and lines_of.invoice_id is null
    union all
    select
        'recognized', months.month, paid.invoice_line_id, 'stripe', paid.invoice_id, paid.customer_id, paid.product,
        paid.plan, paid.currency, {{ local_date("paid.period_starts_at") }},
        round(
            paid.net_usd * extract(epoch from least(paid.period_ends_at, months.closes_at) - paid.period_starts_at)
            / paid.period_seconds, 2
        ) - round(
            paid.net_usd * extract(epoch from greatest(paid.period_starts_at, months.opens_at) - paid.period_starts_at)
            / paid.period_seconds, 2
        )
    from paid
    inner join months on paid.period_starts_at < months.closes_at and paid.period_ends_at > months.opens_at
    where paid.period_seconds > 0
    union all
    select
        'recognized', months.month, paid.invoice_line_id, 'stripe', paid.invoice_id, paid.customer_id, paid.product,
        paid.plan, paid.currency, {{ local_date("paid.period_starts_at") }}, paid.net_usd
    from paid
    inner join months on paid.period_starts_at >= months.opens_at and paid.period_starts_at < months.closes_at
    where coalesce(paid.period_seconds, 0) <= 0
    union all
    select
        'recognized', months.month, contracts.contract_id, 'files', contracts.contract_id, contracts.customer_id,
        contracts.product, contracts.plan, contracts.currency, {{ local_date("contracts.valid_from") }},
        round(
            contracts.mrr_minor * rates.units_per_minor * rates.closing_rate
            * extract(epoch from least(contracts.valid_to, months.closes_at)
                - greatest(contracts.valid_from, months.opens_at))
            / extract(epoch from months.month_ends_at - months.opens_at), 2
        )
    from {{ ref("int_contract") }} as contracts
    inner join months
        on contracts.valid_from < months.closes_at
        and (contracts.valid_to is null or contracts.valid_to > months.opens_at)
    inner join {{ ref("dim_month_rate") }} as rates
        on months.month = rates.month and contracts.currency = rates.currency
),

final as (
    select
        listed.month,
        months.is_complete,
        listed.list,
        listed.record_id,
        listed.source,
        listed.invoice_id,
        listed.record_date,
        listed.customer_id,
        coalesce(customers.customer_name, listed.customer_id) as customer_name,
        listed.product,
        listed.plan,
        coalesce(customers.country, 'Unknown') as country,
        {{ region_of("coalesce(customers.country, 'Unknown')") }} as region,
        listed.currency,
        listed.amount_usd
    from listed
    inner join months on listed.month = months.month
    left join {{ ref("dim_customer") }} as customers on listed.customer_id = customers.customer_id
    where listed.amount_usd <> 0
)

select * from final
