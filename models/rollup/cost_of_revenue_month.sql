-- One row per month and product: cost of revenue, payment fees shared by what Stripe took of each product's payments.
{{ config(materialized="live_table") }}

with costs as (
    select
        month,
        product,
        amount_usd,
        product = 'Not allocated' and category = '{{ var("payment_fees_category") }}' as is_fee
    from {{ ref("fct_cost") }}
    where is_cost_of_revenue
),

fees as (
    select month, sum(amount_usd) as fees_usd from costs
    where is_fee
    group by month
),

taken as (
    select source_id as charge_id, currency, sum(fee_minor) as fee_minor
    from {{ ref("stg_stripe__balance_transactions") }}
    where transaction_type in ('charge', 'payment')
    group by source_id, currency
),

payments as (
    select
        {{ month_of("charges.charged_date") }} as month,
        charges.charge_id,
        charges.customer_id,
        charges.invoice_id,
        charges.amount_usd,
        taken.charge_id is not null as is_known,
        coalesce({{ minor_to_usd("taken.fee_minor", "rates.units_per_minor", "rates.usd_per_unit") }}, 0) as fee_usd
    from {{ ref("fct_payment") }} as charges
    left join taken on charges.charge_id = taken.charge_id
    left join {{ ref("dim_exchange_rate") }} as rates
        on taken.currency = rates.currency and charges.charged_date = rates.day
    where charges.is_paid
),

-- Of payments whose fee is not known, nothing is known of the product: their part stays where it is.
months as (
    select
        payments.month,
        fees.fees_usd,
        sum(payments.amount_usd) filter (where payments.is_known) / sum(payments.amount_usd) as known_part,
        sum(payments.fee_usd) as fee_usd
    from payments
    inner join fees on payments.month = fees.month
    group by payments.month, fees.fees_usd
    having sum(payments.amount_usd) > 0 and sum(payments.fee_usd) > 0
),

sold as (
    select
        payments.month,
        lines.product,
        payments.fee_usd * lines.amount_minor / sum(lines.amount_minor) over (partition by payments.charge_id) as fee_usd
    from payments
    inner join {{ ref("fct_invoice_line") }} as lines
        on payments.customer_id = lines.customer_id and payments.invoice_id = lines.invoice_id
    where payments.fee_usd > 0 and lines.amount_minor > 0
),

taken_of as (
    select month, product, sum(fee_usd) as fee_usd from sold
    group by month, product
),

shared as (
    select
        months.month,
        taken_of.product,
        round(months.fees_usd * months.known_part * taken_of.fee_usd / months.fee_usd, 2) as cost_usd
    from taken_of
    inner join months on taken_of.month = months.month
),

legs as (
    select month, product, amount_usd as cost_usd from costs
    union all
    select month, product, cost_usd from shared
    union all
    select month, 'Not allocated', -cost_usd from shared
),

final as (
    select month, product, sum(cost_usd) as cost_usd from legs
    group by month, product
)

select * from final
