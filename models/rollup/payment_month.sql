-- One row per month, country and currency: what was paid through Stripe, and how many charges failed.
{{ config(materialized="live_table") }}

with final as (
    select
        month,
        is_complete,
        country,
        region,
        currency,
        sum(received_usd) as received_usd,
        sum(failed_count) as failed_count
    from {{ ref("payment_record_month") }}
    group by month, is_complete, country, region, currency
)

select * from final
