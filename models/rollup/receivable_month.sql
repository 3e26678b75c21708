-- One row per month, age of the debt, country and currency: what is open at the close.
{{ config(materialized="live_table") }}

with final as (
    select
        month,
        is_complete,
        bucket,
        country,
        {{ region_of("country") }} as region,
        currency,
        sum(records_count) as records_count,
        sum(receivable_usd) as receivable_usd,
        sum(overdue_usd) as overdue_usd,
        sum(credit_usd) as credit_usd,
        sum(disputed_usd) as disputed_usd
    from {{ ref("receivable_customer_month") }}
    group by month, is_complete, bucket, country, currency
)

select * from final
