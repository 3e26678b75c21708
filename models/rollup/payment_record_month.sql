-- One row per charge at Stripe that succeeded or failed, in the local month in which it was tried.
{{ config(materialized="sliced_live_table", indexes=[{"columns": ["month"]}]) }}

with final as (
    select
        {{ month_of("payments.charged_date") }} as month,
        months.is_complete,
        payments.charge_id as record_id,
        'stripe' as source,
        payments.invoice_id,
        payments.charged_date,
        payments.failure_code,
        payments.customer_id,
        coalesce(customers.customer_name, payments.customer_id) as customer_name,
        coalesce(customers.country, 'Unknown') as country,
        {{ region_of("coalesce(customers.country, 'Unknown')") }} as region,
        payments.currency,
        case when payments.is_paid then payments.amount_usd else 0 end as received_usd,
        case when payments.is_failed then 1 else 0 end as failed_count
    from {{ ref("fct_payment") }} as payments
    inner join {{ ref("dim_month") }} as months on {{ month_of("payments.charged_date") }} = months.month
    left join {{ ref("dim_customer") }} as customers on payments.customer_id = customers.customer_id
    where payments.is_paid or payments.is_failed
)

select * from final
